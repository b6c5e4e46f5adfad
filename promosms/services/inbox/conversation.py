"""A conversation: what the account has texted to a number, and what came back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy import or_, select

from promosms.extensions import db
from promosms.lib.pages import HIGHEST, Page
from promosms.models import (
    TO_ONE,
    Campaign,
    Decision,
    DirectText,
    InboundKind,
    InboundMessage,
    Message,
    MessageStatus,
    Priority,
    now,
)
from promosms.services.inbox import replies

PAGE = 30
SOON = timedelta(minutes=2)  # most receipts have come by then
NEVER_LEFT = (MessageStatus.SKIPPED, MessageStatus.CANCELLED)
_KEY = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")


@dataclass(frozen=True)
class Bubble:
    """One text of a conversation: the account's, with its campaign if it has one, or a reply.

    `automatic`: it went by itself. `written_by`: the public id of the user, empty if unknown.
    """

    at: datetime
    message: Message | None = None
    campaign: Campaign | None = None
    reply: InboundMessage | None = None
    automatic: bool = False
    written_by: str = ""

    @property
    def text(self) -> str:
        """What was written."""
        one = self.message or self.reply
        return one.text if one else ""

    @property
    def moves(self) -> bool:
        """Is it a text to one person of which news may come in a moment?"""
        message = self.message
        if message is None or message.priority not in TO_ONE:
            return False
        just_sent = message.sent_at is not None and message.sent_at > now() - SOON
        sent = message.status == MessageStatus.SENT and just_sent
        return sent or message.status in MessageStatus.WAITING

    @property
    def waits(self) -> bool:
        """Is it a reply about which a person has to decide?"""
        reply = self.reply
        return (
            reply is not None and reply.kind == InboundKind.HOLD and reply.decision == Decision.OPEN
        )


def page(account_id: int, phone: str, before: str = "") -> Page[Bubble]:
    """The newest texts of a conversation, the oldest of them first; `next_key` leads further back.

    Texts of campaigns that were left out or cancelled are none, nor are system passwords. A key
    names the last message and the last reply of the page before.
    """
    found = _KEY.fullmatch(before)
    typed = [int(part) for part in found.groups()] if found else [HIGHEST, HIGHEST]
    last_message, last_reply = (min(part, HIGHEST) for part in typed)
    newest_first = merge(
        _sent(account_id, phone, last_message),
        _received(account_id, phone, last_reply),
        key=lambda bubble: bubble.at,
        reverse=True,
    )
    bubbles = list(islice(newest_first, PAGE + 1))
    shown = bubbles[:PAGE]
    for bubble in shown:
        last_message = bubble.message.id if bubble.message else last_message
        last_reply = bubble.reply.id if bubble.reply else last_reply
    further = f"{last_message}-{last_reply}" if len(bubbles) > PAGE else None
    return Page(shown[::-1], further)


def mark_read(account_id: int, phone: str, bubbles: Sequence[Bubble]) -> None:
    """Somebody of the account has these texts in view: the replies up to the newest are read.

    One that comes while they look is none of them.
    """
    shown = [bubble.reply.id for bubble in bubbles if bubble.reply]
    if any(_is_new(bubble.reply) for bubble in bubbles if bubble.reply):
        replies.mark_read(account_id, phone, max(shown))


def _is_new(reply: InboundMessage) -> bool:
    return reply.kind == InboundKind.REPLY and reply.read_at is None


def _sent(account_id: int, phone: str, before: int) -> list[Bubble]:
    query = (
        select(Message, Campaign, DirectText.automatic_answer_id, DirectText.written_by)
        .outerjoin(Campaign, Campaign.id == Message.campaign_id)
        .outerjoin(DirectText, DirectText.message_id == Message.id)
        .where(
            Message.phone == phone,
            Message.account_id == account_id,
            Message.priority != Priority.VERIFICATION,
            or_(Message.status.not_in(NEVER_LEFT), Message.priority.in_(TO_ONE)),
            Message.id < before,
        )
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    return [
        Bubble(
            message.sent_at or message.created_at,
            message=message,
            campaign=campaign,
            automatic=answer_id is not None,
            written_by=written_by or "",
        )
        for message, campaign, answer_id, written_by in db.session.execute(query)
    ]


def _received(account_id: int, phone: str, before: int) -> list[Bubble]:
    query = (
        select(InboundMessage)
        .where(
            InboundMessage.account_id == account_id,
            InboundMessage.phone == phone,
            InboundMessage.id < before,
        )
        .order_by(InboundMessage.id.desc())
        .limit(PAGE + 1)
    )
    return [Bubble(reply.received_at, reply=reply) for reply in db.session.scalars(query)]
