"""The inbox of the demo account: conversations in every state."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.demo.names import BRITAIN, POLAND, Country
from promosms.models import (
    Account,
    InboundKind,
    InboundMessage,
    Message,
    MessageStatus,
    new_public_id,
    now,
)
from promosms.services.inbox import conversations, direct_texts, inbound
from promosms.services.inbox.concatenation import Reply
from promosms.services.sending import opt_outs

# Whose customer, minutes ago, what they wrote, the answer, and is it done; oldest first.
CONVERSATIONS = (
    (BRITAIN, 4000, "Lovely, thank you!", "", True),
    (POLAND, 2900, "Super, dziękuję!", "", True),
    (BRITAIN, 1500, "Is there parking close by?", "Yes, behind the house, free after 5 pm.", False),
    (BRITAIN, 95, "Can I bring my daughter? She is nine.", "", False),
    (POLAND, 40, "Dziękuję, na razie wystarczy tych wiadomości", "", False),
    (POLAND, 25, "Czy kurtki zimowe też są taniej?", "", False),
)
UNKNOWN = "+48500009975"  # a number that is no recipient's
MOST_PRICE = 10_000


def seed(session: Session, account: Account) -> None:
    """Store the replies as if they had come in, and answer some."""
    for number, (country, minutes, text, answer, done) in enumerate(CONVERSATIONS):
        phone, sender, gateway_id = _texted(session, account, country, number)
        moment = now() - timedelta(minutes=minutes)
        reply = Reply(gateway_id, phone, sender, text, f"demo-{number}", moment)
        _come(session, account, reply)
        if answer:
            key = new_public_id()
            direct_texts.send(account, phone, answer, key=key, agreed_price=MOST_PRICE)
        if done or answer:
            written = InboundMessage.account_id == account.id, InboundMessage.phone == phone
            last = session.scalars(select(func.max(InboundMessage.id)).where(*written)).one()
            conversations.mark_done(account.id, phone, last)
        if answer:
            conversations.reopen(account.id, phone)
    moment = now() - timedelta(minutes=12)
    text = "Which bus goes to your shop?"
    _come(session, account, Reply(gateway_id, UNKNOWN, sender, text, "demo-unknown", moment))


def _come(session: Session, account: Account, reply: Reply) -> None:
    kind = inbound.kind_of(reply)
    if kind == InboundKind.HOLD:
        evidence = inbound.evidence_of(reply)
        opt_outs.opt_out(account.id, reply.phone, inbound.SOURCES[kind], evidence)
    inbound.store_reply(session, account.id, reply, kind)


def _texted(
    session: Session, account: Account, country: Country, number: int
) -> tuple[str, str, int]:
    """Somebody who got a campaign and has not written, and the text's sender and gateway."""
    written = select(InboundMessage.phone).where(InboundMessage.account_id == account.id)
    query = (
        select(Message.phone, Message.sender, Message.gateway_id)
        .where(
            Message.account_id == account.id,
            Message.country == country.region,
            Message.status == MessageStatus.DELIVERED,
            Message.phone.not_in(written),
        )
        .order_by(Message.id)
    )
    row = session.execute(query.offset(number * 7).limit(1)).one()
    return row.phone, row.sender, row.gateway_id
