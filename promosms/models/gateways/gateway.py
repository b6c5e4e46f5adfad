"""Gateways: the lines by which messages leave, and what they tell us."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    and_,
    cast,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, checked_on_sqlite, now
from promosms.models.registry import N_, NOBODYS, WITH_INSTALLATION, NotExported, Retention
from promosms.models.sending.message import Message, MessagePart


class GatewayStatus(StrEnum):
    """A paused gateway keeps its queue."""

    ACTIVE = "active"
    PAUSED = "paused"


class Gateway(Model):
    """A line: `kind` names its adapter, `rate` is parts per second of all its connections.

    `window` is how many messages a connection has under way: as many may be unconfirmed when its
    worker dies. `health` is the percentage of its weight that it may use now, from the answers of
    the last minutes: their median time, and the share of them that were errors (percent).
    `paused_why` is a reason code if it has paused itself. `ids` is how this provider writes
    message ids, as far as it had to be found out, and `ids_seen` in how many receipts. `seen_at`
    is when one of its connections was last open.
    """

    __tablename__ = "gateways"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    rate: Mapped[int] = mapped_column(default=300)
    window: Mapped[int] = mapped_column(default=100)
    status: Mapped[str] = mapped_column(String(8), default=GatewayStatus.ACTIVE)
    error: Mapped[str] = mapped_column(String(300), default="")
    connections: Mapped[int] = mapped_column(SmallInteger, default=1)
    health: Mapped[int] = mapped_column(SmallInteger, default=100)
    answer_ms: Mapped[int] = mapped_column(default=0)
    errors_percent: Mapped[int] = mapped_column(SmallInteger, default=0)
    paused_why: Mapped[str] = mapped_column(String(40), default="")
    ids: Mapped[str] = mapped_column(String(20), default="")
    ids_seen: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EventKind(StrEnum):
    """What a gateway tells."""

    RECEIPT = "receipt"
    INBOUND = "inbound"


class GatewayEvent(Model):
    """The inbox: stored raw before it is acknowledged, deleted when it has been applied.

    A receipt carries `reference` (the gateway's) and, where the gateway returns ours, `own`.
    A reply that comes in parts waits for them: `joint` is the same in all of them, and `text`
    is JSON, because a part may end with half of a surrogate pair. Gateways are never deleted.
    """

    __tablename__ = "gateway_events"
    __table_args__ = (
        checked_on_sqlite("gateway_id", "gateways.id"),
        Index(  # of replies to somebody: receipts have no account
            "ix_gateway_events_account_id",
            "account_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_gateway_events_due", "next_attempt_at", "id"),
        Index(  # a STOP is found at once, however many receipts wait
            "ix_gateway_events_inbound",
            "next_attempt_at",
            "id",
            sqlite_where=text("kind = 'inbound'"),
            postgresql_where=text("kind = 'inbound'"),
        ),
    )
    privacy = Privacy.COLLECTED
    export = NotExported(N_("What gateways have told and nobody has read yet; it becomes replies."))
    retention = Retention(
        "it is applied, or it came in",
        by="receipts",
        limit=timedelta(days=7),
        what=N_("Delivery receipts as the network sent them"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    gateway_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str] = mapped_column(String(64), default="")
    own: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(12), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    inbound_number: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    joint: Mapped[str] = mapped_column(String(64), default="")
    part: Mapped[int] = mapped_column(SmallInteger, default=1)
    parts: Mapped[int] = mapped_column(SmallInteger, default=1)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Its own, and receipts that have not found their message of it yet."""
        parts = select(MessagePart.reference).where(MessagePart.of_account(account_id))
        messages = select(cast(Message.id, String)).where(Message.of_account(account_id))
        fits = or_(cls.reference.in_(parts), cls.own.in_(messages))
        receipt = cls.kind == EventKind.RECEIPT
        return or_(cls.account_id == account_id, and_(receipt, fits))
