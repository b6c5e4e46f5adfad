"""The inbox: who has written, the conversation with a number, and what is done of it."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.language import ngettext, number, pgettext
from promosms.models import InboundMessage, Suppression, now
from promosms.services.auth import people as colleagues
from promosms.services.auth.rights import Right
from promosms.services.inbox import assignees, conversations, replies
from promosms.services.inbox import conversation as texts
from promosms.services.inbox.conversations import BY_PERSON, Show
from promosms.services.recipients import held_replies, recipients, suppression_list
from promosms.views.campaigns import labels
from promosms.views.recipients import answering
from promosms.views.recipients.answering import AnswerBox
from promosms.views.recipients.assignees import choice
from promosms.views.recipients.labels import SOURCES
from promosms.views.recipients.tables import pretty
from promosms.web import prefetch
from promosms.web.access import allow, has, me, my_account, owned

bp = Blueprint("inbox", __name__)
Chip = tuple[str, str, int | None, bool]
"""Address, label, how many, is it the current one."""


@bp.route("/recipients/replies")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """The people who have written, those who wrote last first."""
    account_id = my_account().id
    return render_template(
        "inbox/index.html",
        **_list(),
        anybody=conversations.any_of(account_id),
        unread=replies.count_unread(account_id),
    )


@bp.route("/recipients/replies/live")
@allow(Right.LOOK)
def live() -> ResponseReturnValue:
    """The part that is refreshed; `part` names a reply of the conversation beside the list."""
    beside = request.args.get("part", "")
    phone = owned(InboundMessage, beside).phone if beside else ""
    return render_template("inbox/live.html", **_list(), phone=phone)


def _list() -> dict[str, object]:
    """The context of the list: which conversations the address asks for."""
    account_id = my_account().id
    typed, after = request.args.get("q", ""), request.args.get("after", "")
    show, my_id = _show(), me().id
    shared = len(assignees.people_who_answer(account_id)) > 1
    counts = conversations.counts(account_id, my_id if shared else 0)
    return {
        "people": conversations.page(account_id, show, after, typed, my_id),
        "chips_of": _chips(counts, None if typed else show),
        "show": show,
        "shared": shared,
        "typed": typed,
        "waiting_number": replies.count_waiting(account_id),
        "sources": SOURCES,
        "reply_of": held_replies.reply_of,
        "now": now(),
    }


def _show() -> Show:
    """The list that the address asks for."""
    asked = request.args.get("show", "")
    return Show(asked) if asked in set(Show) else Show.OPEN


def _chips(counts: dict[Show, int], current: Show | None) -> list[Chip]:
    """The links above the list. A list that is empty needs none, but for the first one."""
    words = {
        Show.OPEN: pgettext("conversations", "Open"),
        Show.MINE: _("Mine"),
        Show.NOBODYS: _("Nobody’s"),
        Show.UNREAD: pgettext("conversations", "Unread"),
        Show.DECIDE: pgettext("replies", "To decide"),
        Show.DONE: pgettext("conversations", "Done"),
    }
    return [
        (
            url_for("inbox.index", show=None if show is Show.OPEN else show.value),
            label,
            counts.get(show) or None,
            show is current,
        )
        for show, label in words.items()
        if show in (Show.OPEN, Show.DONE, current) or counts.get(show)
    ]


@bp.route("/recipients/replies/read", methods=["POST"])
@allow(Right.ANSWER)
def read_all() -> ResponseReturnValue:
    """Mark all replies as read."""
    count = replies.mark_all_read(my_account().id)
    text = ngettext(
        "%(n)s reply is marked as read.",
        "%(n)s replies are marked as read.",
        count,
        n=number(count),
    )
    flash(text, "good")
    return redirect(url_for("inbox.index"), 303)


@bp.route("/recipients/replies/<public_id>/done", methods=["POST"])
@allow(Right.ANSWER)
def done(public_id: str) -> ResponseReturnValue:
    """Mark the conversation as done whose last reply this was, and go on to the next open one."""
    reply = owned(InboundMessage, public_id)
    if not conversations.mark_done(reply.account_id, reply.phone, reply.id):
        flash(_("They have just written again. Please read that first."), "warn")
        return redirect(url_for("inbox.conversation", public_id=public_id, _anchor="newest"), 303)
    text = _("The conversation with %(name)s is done.", name=_name(reply.phone))
    flash(text, f"good {url_for('inbox.reopen', public_id=public_id)}")
    show = _show()
    list_of = show.value if show in BY_PERSON else None
    following = conversations.next_open(reply.account_id, reply.id, show, me().id)
    if following is None:
        return redirect(url_for("inbox.index", show=list_of), 303)
    public_id = following.public_id
    address = url_for("inbox.conversation", public_id=public_id, show=list_of, _anchor="newest")
    return redirect(address, 303)


@bp.route("/recipients/replies/<public_id>/reopen", methods=["POST"])
@allow(Right.ANSWER)
def reopen(public_id: str) -> ResponseReturnValue:
    """Open a conversation again that is done."""
    reply = owned(InboundMessage, public_id)
    conversations.reopen(reply.account_id, reply.phone)
    return redirect(url_for("inbox.conversation", public_id=public_id, _anchor="newest"), 303)


def _name(phone: str) -> str:
    recipient = recipients.by_phone(my_account().id, phone)
    return recipient.name if recipient and recipient.name else pretty(phone)


@bp.route("/recipients/replies/<public_id>")
@allow(Right.LOOK)
def conversation(public_id: str) -> ResponseReturnValue:
    """The conversation with the number that a reply came from, beside the list on a wide screen."""
    return conversation_page(owned(InboundMessage, public_id).phone, public_id)


def conversation_page(phone: str, public_id: str, box: AnswerBox | None = None) -> str:
    """The conversation with a number; `box` if something was written."""
    account_id = my_account().id
    context = conversation_with(phone, box)
    if "X-Partial" not in request.headers:  # what is refreshed is the conversation alone
        context |= _list()
    return render_template(
        "inbox/conversation.html",
        phone=phone,
        public_id=public_id,
        recipient=recipients.by_phone(account_id, phone),
        **context,
    )


def _people(bubbles: Sequence[texts.Bubble], suppression: Suppression | None) -> list[str]:
    """The public ids of those who have answered, and decided."""
    decided = [suppression.decided_by] if suppression else []
    return [bubble.written_by for bubble in bubbles] + decided


def conversation_with(phone: str, box: AnswerBox | None = None) -> dict[str, object]:
    """The context of a page with a conversation, whose replies are read now that it is opened."""
    account_id = my_account().id
    answer = box or answering.box(phone)
    page = texts.page(account_id, phone, request.args.get("before", ""))
    suppression = suppression_list.of_number(account_id, phone)
    conversation = conversations.of_number(account_id, phone)
    context: dict[str, object] = {
        "page": page,
        "answer": answer,
        "form": answer.form,
        "conversation": conversation,
        "assigned": choice(conversation),
        "suppression": suppression,
        "reply_of": held_replies.reply_of,
        "sources": SOURCES,
        "names": colleagues.emails_of(account_id, _people(page.rows, suppression)),
        "labels": labels,
    }
    # Who only looks takes nothing away from those who answer.
    if prefetch.is_seen(request) and has(Right.ANSWER):
        texts.mark_read(account_id, phone, page.rows)
    return context
