"""Texts to one person, written below the conversation with them."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.direct_texts import DirectTextForm
from promosms.language import gettext as _
from promosms.models import InboundMessage, Recipient
from promosms.services.auth.rights import Right
from promosms.services.inbox import canned_answers, direct_texts
from promosms.services.inbox.direct_texts import AlreadySent, DirectTextRefused, Refusal
from promosms.services.ledger.ledger import InsufficientBalance
from promosms.views.recipients import answering
from promosms.views.recipients.answering import AnswerBox
from promosms.views.recipients.inbox import conversation_page
from promosms.views.recipients.recipients import person_page
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("direct_texts", __name__)
Page = Callable[[AnswerBox], str]


@bp.route("/recipients/<public_id>/text", methods=["GET", "POST"])
@allow(Right.ANSWER)
@csrf.exempt
def to_recipient(public_id: str) -> ResponseReturnValue:
    """Text a recipient."""
    recipient = owned(Recipient, public_id)
    back = url_for("recipients.person", public_id=public_id)
    return _submitted(recipient.phone, back, lambda box: person_page(recipient, box))


@bp.route("/recipients/replies/<public_id>/text", methods=["GET", "POST"])
@allow(Right.ANSWER)
@csrf.exempt
def to_number(public_id: str) -> ResponseReturnValue:
    """Text the number that a reply came from."""
    phone = owned(InboundMessage, public_id).phone
    back = url_for("inbox.conversation", public_id=public_id)
    return _submitted(phone, back, lambda box: conversation_page(phone, public_id, box))


def _submitted(phone: str, back: str, page: Page) -> ResponseReturnValue:
    if request.method == "GET":
        return redirect(back, 303)
    form = DirectTextForm()
    action = request.form.get("action", "")
    if "X-Partial" in request.headers:
        return render_template("inbox/count.html", answer=answering.box(phone, form))
    if action == "plain":
        form.make_plain()
    if action == "insert":
        chosen = request.form.get("canned", "")
        form.put_in(canned_answers.filled_in(my_account().id, chosen, phone))
    if action or not form.validate():
        return page(answering.box(phone, form))
    form.prepare()
    try:
        message = direct_texts.send(
            my_account(),
            phone,
            form.text.data or "",
            key=form.key.data or "",
            agreed_price=form.agreed_price(),
            written_by=me().public_id,
        )
    except AlreadySent as error:
        if error.same:
            flash(_("This text was sent already. Nothing was sent twice."), "info")
            return redirect(back, 303)
        form.begin_again()
        words = _("The text before was sent. This one was not yet: send it, if it shall leave too.")
        return page(answering.box(phone, form, [words]))
    except InsufficientBalance as error:
        words = answering.too_little(error.missing)
        return page(answering.box(phone, form, [words], missing=error.missing))
    except DirectTextRefused as error:
        if error.code is Refusal.NOT_AGREED:
            return page(answering.box(phone, form, asked=True))
        return page(answering.box(phone, form, [answering.sentence(error.code, form)]))
    if message.gateway_id is not None:
        queue.wake(queue.gateway_queue(message.gateway_id), "send.run", message.gateway_id)
    flash(_("Your text is on its way."), "good")
    return redirect(f"{back}#newest", 303)
