"""Answers: direct texts to people who have written themselves, so that no consent is needed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from promosms.models import (
    Consent,
    Decision,
    InboundKind,
    InboundMessage,
    Message,
    Priority,
    Recipient,
)

ANSWERABLE = timedelta(days=30)
"""So long after their last text somebody may be answered without consent to promotions."""


def began() -> ColumnElement[bool]:
    """Has somebody begun a conversation with this text? One that was an opt-out has not."""
    return and_(InboundMessage.kind != InboundKind.STOP, InboundMessage.decision != Decision.STOP)


def without(session: Session, condition: ColumnElement[bool]) -> list[int]:
    """Those of these direct texts that are no answers: they needed a consent to promotions."""
    last = (
        select(InboundMessage.received_at)
        .where(
            InboundMessage.account_id == Message.account_id,
            InboundMessage.phone == Message.phone,
            began(),
        )
        .order_by(InboundMessage.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Message.id, Message.created_at, last.label("wrote_at"))
    direct = Message.campaign_id.is_(None), Message.priority == Priority.DIRECT
    return [
        row.id
        for row in session.execute(query.where(condition, *direct))
        if row.wrote_at is None or row.wrote_at <= row.created_at - ANSWERABLE
    ]


def withdrawn(session: Session, message_ids: Sequence[int]) -> list[int]:
    """Those of these direct texts whose person has no consent any more, and that are no answers.

    As in campaigns the person is whoever has the number, and the one for whom it was written.
    """
    return without(session, and_(Message.id.in_(message_ids), _no_consent().exists()))


def _no_consent() -> Select[int]:
    meant = Recipient.public_id == Message.recipient
    with_number = Recipient.account_id == Message.account_id, Recipient.phone == Message.phone
    return select(Recipient.id).where(
        Recipient.consent == Consent.NONE, or_(meant, and_(*with_number))
    )
