"""Inbound messages: whose they are, and what they ask for."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from promosms.models import InboundKind, InboundMessage, Message, SuppressionSource
from promosms.services import suppressions
from promosms.sms.keywords import Keyword, recognise

KINDS = {
    Keyword.STOP: InboundKind.STOP,
    Keyword.START: InboundKind.START,
    Keyword.HELP: InboundKind.HELP,
    Keyword.HOLD: InboundKind.HOLD,
    Keyword.NOTHING: InboundKind.REPLY,
}


def apply(session: Session, event: Row[Any]) -> None:
    """Give a reply to the account that last texted this number, and honour STOP at once.

    A text that asks to stop in its own words ("hold") suppresses the number too: nothing more
    may go out until a person has read it, and the owner can lift it.
    """
    account_id = _account_of(session, event.phone, event.inbound_number)
    if account_id is None or _known(session, account_id, event.reference):
        return
    kind = KINDS[recognise(event.text)]
    session.add(
        InboundMessage(
            account_id=account_id,
            phone=event.phone,
            text=event.text[:2000],
            kind=kind,
            reference=event.reference,
            received_at=event.received_at,
        )
    )
    session.flush()
    if kind in (InboundKind.STOP, InboundKind.HOLD):
        suppressions.opt_out(account_id, event.phone, SuppressionSource.REPLY)
    elif kind == InboundKind.START:
        suppressions.lift(account_id, event.phone)


def _account_of(session: Session, phone: str, number: str) -> int | None:
    query = select(Message.account_id).where(Message.phone == phone, Message.sender == number)
    return session.scalar(query.order_by(Message.id.desc()).limit(1))


def _known(session: Session, account_id: int, reference: str) -> bool:
    query = select(InboundMessage.id).where(
        InboundMessage.account_id == account_id, InboundMessage.reference == reference
    )
    return bool(reference) and session.scalar(query.limit(1)) is not None
