"""Messages: one text to one number, from preparation to its final status."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    and_,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import (
    BigId,
    Model,
    Privacy,
    UtcDateTime,
    checked_on_sqlite,
    new_public_id,
    now,
)
from promosms.models.campaigns.campaign import Campaign
from promosms.models.registry import (
    MACHINERY,
    N_,
    OPERATOR,
    REPEATED,
    Export,
    NotExported,
    Retention,
)


class MessageStatus(StrEnum):
    """queued -> sending -> sent -> delivered | undelivered | expired; the rest are ends too."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Lane(IntEnum):
    """The order of service at a gateway."""

    SYSTEM = 0
    TEST = 1
    CAMPAIGN = 2


STRAIGHT = (MessageStatus.SENT, MessageStatus.DELIVERED)
"""What a message passes that goes straight to its end, with `queued` and `sending` before."""
TROUBLED = (
    MessageStatus.FAILED,
    MessageStatus.UNDELIVERED,
    MessageStatus.EXPIRED,
    MessageStatus.UNKNOWN,
    MessageStatus.SKIPPED,
    MessageStatus.CANCELLED,
)
"""What always stands in `apart`, too: a report finds them by it."""
APART = "apart IS NOT NULL"


def apart_of(status: str) -> str | None:
    """What stands in `apart` of a message that gets this status away from the straight way."""
    return None if status in STRAIGHT else status


def _apart(context: Any) -> str | None:
    return apart_of(context.get_current_parameters().get("status", MessageStatus.QUEUED))


_WITHOUT = {
    **dict.fromkeys(("gateway_id", "sealed"), OPERATOR),
    **dict.fromkeys(("lane", "attempts", "tried_at", "doubtful", "next_attempt_at"), MACHINERY),
    **dict.fromkeys(("lease_token", "lease_until", "submitted_at", "apart"), MACHINERY),
}


class Message(Model):
    """One text to one number.

    `lease_token` and `lease_until` belong to the worker that claimed the row; `submitted_at` is
    the intent, written before the text goes to the gateway. `tried_at` is the first try;
    `doubtful` one whose answer was lost at a gateway that drops or finds repetitions. `sealed`
    is the encrypted body of a system password, emptied when the gateway has taken it. `price`
    covers all parts. `gateway_id` has no foreign key: gateways are never deleted, and it would
    cost each message as much as an index.

    `apart` is the status again, of every message that is to be found by it: one without a campaign
    until it is sent, one that is tried again or has changed its gateway, and one that has come to
    a bad end. A campaign's message that goes straight from `queued` to `delivered` never has it.
    So no index has to know of what all of them go through: PostgreSQL then writes the new row
    beside the old one and leaves all indexes alone, if there is room on the page (fillfactor).
    Such messages are found by the walk of their gateway, see `services/sending/cursors.py`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        # The number first: this index also finds who texted a number last.
        UniqueConstraint("phone", "campaign_id"),
        # No column of an index, nor of its condition, changes on the straight way.
        Index(
            "ix_messages_apart",
            "apart",
            "gateway_id",
            "campaign_id",
            "id",
            sqlite_where=text(APART),
            postgresql_where=text(APART),
        ),
        Index(
            "ix_messages_system",
            "created_at",
            sqlite_where=text("lane = 0"),
            postgresql_where=text("lane = 0"),
        ),
        Index("ix_messages_campaign", "campaign_id", "id"),
        Index(
            "ix_messages_report",
            "campaign_id",
            "apart",
            "id",
            sqlite_where=text(APART),
            postgresql_where=text(APART),
        ),
        Index(
            "ix_messages_single",
            "account_id",
            "id",
            sqlite_where=text("campaign_id IS NULL"),
            postgresql_where=text("campaign_id IS NULL"),
        ),
        {
            "sqlite_autoincrement": True,  # an id is never given twice
            "postgresql_with": {"fillfactor": 50},
        },
    )
    privacy = Privacy.COLLECTED
    export = (
        Export(
            "messages",
            N_("Each message of each campaign: number, text, parts, price and result."),
            without=_WITHOUT,
            words={
                "sender": N_("the sender that was shown"),
                "sent_at": N_("when it left"),
                "final_at": N_("when its result was known"),
            },
            money=("price",),
            parent="campaign_id",
        ),
        Export(
            "other-messages",
            N_("Tests, and texts of the service itself."),
            without={**_WITHOUT, "campaign_id": REPEATED},
            only=lambda table: table.c.campaign_id.is_(None),
        ),
    )
    retention = Retention(
        "the last news of the text",
        by="messages",
        setting="Account.retention_days",
        what=N_("Numbers and texts of messages"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    gateway_id: Mapped[int | None] = mapped_column(BigId)
    lane: Mapped[int] = mapped_column(SmallInteger, default=Lane.CAMPAIGN)
    phone: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2), default="")
    sender: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    encoding: Mapped[str] = mapped_column(String(4), default="gsm7")
    parts: Mapped[int] = mapped_column(SmallInteger, default=1)
    price: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(String(11), default=MessageStatus.QUEUED)
    apart: Mapped[str | None] = mapped_column(String(11), default=_apart)
    reason: Mapped[str] = mapped_column(String(24), default="")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    doubtful: Mapped[bool] = mapped_column(default=False)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """By its campaigns: an index by account would cost every message a write at each step."""
        campaigns = select(Campaign.id).where(Campaign.account_id == account_id)
        single = and_(cls.campaign_id.is_(None), cls.account_id == account_id)
        return or_(cls.campaign_id.in_(campaigns), single)


class MessagePart(Model):
    """A part as the gateway knows it: its reference, and the status of its own receipt.

    `account_id` and `gateway_id` are those of the message, whose foreign keys guard them. Who
    inserts parts has locked their message, and so has who deletes messages, before he deletes
    their parts and then them: none is left alone. PostgreSQL would ask again for each row, at a
    third of the price of the insert, so that it has no foreign key.
    """

    __tablename__ = "message_parts"
    __table_args__ = (
        checked_on_sqlite("message_id", "messages.id", ondelete="CASCADE"),
        Index("ix_message_parts_reference", "gateway_id", "reference"),
        {"sqlite_with_rowid": False},
    )
    privacy = Privacy.COLLECTED
    export = NotExported(N_("How gateways number the parts of messages: their data, not yours."))
    retention = Retention("its message goes", by="messages", setting="Account.retention_days")

    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId)
    gateway_id: Mapped[int] = mapped_column(BigId)
    reference: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(11), default=MessageStatus.SENT)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Those of its messages: there is no index by account."""
        return cls.message_id.in_(select(Message.id).where(Message.of_account(account_id)))


class InboundKind(StrEnum):
    """What a reply was understood as."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    HOLD = "hold"
    REPLY = "reply"


class InboundMessage(Model):
    """What a recipient answered."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        Index("ix_inbound_messages_page", "account_id", "id"),
        Index("ix_inbound_messages_phone", "account_id", "phone"),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "replies",
        N_("What recipients have answered."),
        without={"reference": OPERATOR},
        words={"received_at": N_("when it came")},
    )
    retention = Retention(
        "it came in",
        by="replies",
        setting="Account.retention_days",
        what=N_("Replies of recipients"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(5), default=InboundKind.REPLY)
    reference: Mapped[str] = mapped_column(String(64), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
