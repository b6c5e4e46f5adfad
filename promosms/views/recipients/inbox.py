"""The inbox: the replies, and the conversation with a number."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import ngettext, number
from promosms.models import InboundMessage, now
from promosms.services.inbox import conversation as conversations
from promosms.services.inbox import replies
from promosms.services.recipients import held_replies, recipients, suppression_list
from promosms.views.campaigns import labels
from promosms.views.recipients import answering
from promosms.views.recipients.answering import AnswerBox
from promosms.views.recipients.labels import SOURCES
from promosms.web import prefetch
from promosms.web.access import Access, allow, my_account, owned

bp = Blueprint("inbox", __name__)


@bp.route("/recipients/replies")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """The replies of recipients."""
    account_id = my_account().id
    return render_template(
        "inbox/index.html",
        page=replies.page(account_id, request.args.get("after", "")),
        unread=replies.count_unread(account_id),
        sources=SOURCES,
        now=now(),
    )


@bp.route("/recipients/replies/read", methods=["POST"])
@allow(Access.MEMBER)
def read_all() -> ResponseReturnValue:
    """Mark all replies as read."""
    count = replies.mark_read(my_account().id)
    text = ngettext(
        "%(n)s reply is marked as read.",
        "%(n)s replies are marked as read.",
        count,
        n=number(count),
    )
    flash(text, "good")
    return redirect(url_for("inbox.index"), 303)


@bp.route("/recipients/replies/<public_id>")
@allow(Access.MEMBER)
def conversation(public_id: str) -> ResponseReturnValue:
    """The conversation with the number that a reply came from; a recipient has it on their page."""
    phone = owned(InboundMessage, public_id).phone
    if (recipient := recipients.by_phone(my_account().id, phone)) is not None:
        return redirect(url_for("recipients.person", public_id=recipient.public_id), 303)
    return conversation_page(phone, public_id)


def conversation_page(phone: str, public_id: str, box: AnswerBox | None = None) -> str:
    """The conversation with a number that is no recipient; `box` if something was written."""
    return render_template(
        "inbox/conversation.html", phone=phone, public_id=public_id, **conversation_with(phone, box)
    )


def conversation_with(phone: str, box: AnswerBox | None = None) -> dict[str, object]:
    """The context of a page with a conversation, whose replies are read now that it is opened."""
    account_id = my_account().id
    answer = box or answering.box(phone)
    page = conversations.page(account_id, phone, request.args.get("before", ""))
    suppression = suppression_list.of_number(account_id, phone)
    context: dict[str, object] = {
        "page": page,
        "answer": answer,
        "form": answer.form,
        "suppression": suppression,
        "reply_of": held_replies.reply_of,
        "sources": SOURCES,
        "names": held_replies.readers(account_id, [suppression.decided_by] if suppression else []),
        "labels": labels,
    }
    if prefetch.is_seen():
        conversations.mark_read(account_id, phone, page.rows)
    return context
