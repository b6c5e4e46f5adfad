"""Who looks after a conversation: the choice below it, and the button to take it oneself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import Conversation, InboundMessage, User
from promosms.services.auth.rights import Right
from promosms.services.inbox import assignees
from promosms.services.inbox.assignees import CannotAnswer, NoConversation, TakenAlready
from promosms.services.recipients import recipients
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("assignees", __name__)


@dataclass(frozen=True)
class Choice:
    """What the choice shows: the people by name, who has it, and the reply that names it."""

    people: Sequence[tuple[User, str]]
    person: User | None
    reply: InboundMessage


def choice(conversation: Conversation | None) -> Choice | None:
    """The choice for a conversation; None where there is nothing to choose.

    Who has it is offered too if they may not answer any more: else it would look like nobody's.
    """
    if conversation is None:
        return None
    person = db.session.get(User, conversation.assignee_id) if conversation.assignee_id else None
    people = [*assignees.people_who_answer(conversation.account_id)]
    if person is not None and person not in people:
        people.append(person)
    if len(people) < 2:
        return None
    names = short_names([one.email for one in people])
    reply = db.session.get_one(InboundMessage, conversation.last_reply_id)
    return Choice([(one, names[one.email]) for one in people], person, reply)


def short_names(addresses: Sequence[str]) -> dict[str, str]:
    """What stands before the @ of each address; of two with the same there, the whole addresses."""
    short = {address: address.partition("@")[0] for address in addresses}
    number = Counter(short.values())
    return {one: name if number[name] == 1 else one for one, name in short.items()}


@bp.route("/recipients/replies/<public_id>/assign", methods=["POST"])
@allow(Right.ANSWER)
def assign(public_id: str) -> ResponseReturnValue:
    """Have the chosen person look after the conversation, or nobody."""
    reply = owned(InboundMessage, public_id)
    account_id, phone = reply.account_id, reply.phone
    try:
        person = assignees.assign(account_id, phone, request.form.get("person", ""), me())
    except NoConversation:
        return _gone()
    except CannotAnswer:
        return _cannot_answer(public_id, phone)
    if person is None:
        flash(_("Nobody looks after this conversation now."), "good")
    elif person.id == me().id:
        flash(_("You look after this conversation now."), "good")
    else:
        words = _("%(name)s looks after this conversation now.", name=person.email)
        flash(words, "good")
    return _back(public_id, phone)


@bp.route("/recipients/replies/<public_id>/take", methods=["POST"])
@allow(Right.ANSWER)
def take(public_id: str) -> ResponseReturnValue:
    """Look after the conversation oneself, if nobody does."""
    reply = owned(InboundMessage, public_id)
    phone = reply.phone
    try:
        assignees.take(reply.account_id, phone, me())
        flash(_("You look after this conversation now."), "good")
    except NoConversation:
        return _gone()
    except CannotAnswer:
        return _cannot_answer(public_id, phone)
    except TakenAlready as error:
        words = _(
            "%(name)s looks after this conversation already. Nothing was changed.",
            name=error.email,
        )
        flash(words, "warn")
    return _back(public_id, phone)


def _cannot_answer(public_id: str, phone: str) -> ResponseReturnValue:
    flash(_("This person cannot answer here any more. Please choose somebody else."), "warn")
    return _back(public_id, phone)


def _gone() -> ResponseReturnValue:
    flash(_("This conversation is not there any more: its replies were deleted."), "warn")
    return redirect(url_for("inbox.index"), 303)


def _back(public_id: str, phone: str) -> ResponseReturnValue:
    """The page on which the button was: that of a recipient, or of the conversation."""
    asked = request.args.get("page", "") == "recipient"
    recipient = recipients.by_phone(my_account().id, phone) if asked else None
    if recipient is not None:
        return redirect(
            url_for("recipients.person", public_id=recipient.public_id, _anchor="newest"), 303
        )
    show = request.args.get("show") or None
    address = url_for("inbox.conversation", public_id=public_id, show=show, _anchor="newest")
    return redirect(address, 303)
