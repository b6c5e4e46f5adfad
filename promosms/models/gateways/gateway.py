"""Gateways to providers, and the inbox for what they send to us."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

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
    exists,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.gateways.base import RATE, WINDOW
from promosms.models.base import BigId, Model, Privacy, UtcDateTime, checked_on_sqlite, now
from promosms.models.processing import CAMPAIGNS, NotPersonal, Processing
from promosms.models.registry import N_, NOBODYS, WITH_INSTALLATION, NotExported, Retention
from promosms.models.sending.message import Message, MessagePart, MessageStatus


class GatewayStatus(StrEnum):
    """A paused gateway keeps its queue."""

    ACTIVE = "active"
    PAUSED = "paused"


class Gateway(Model):
    """`kind` names the adapter, `rate` is in parts per second, of all connections together.

    `window` is how many texts may be under way on a connection, and on an SMPP line also how many
    submissions may be open: if its worker dies, these may be unconfirmed. `health` is the
    percentage of its weight that it may use now. It follows from the last answers: their median
    time (`answer_ms`) and the percentage of errors (`errors_percent`).
    `paused_why` is a reason code if it has paused itself: its circuit breaker is open. `paused_at`
    is when it was paused. From `probe_at` on a worker may send a few texts as probes, until
    `probing_until`, where it stays when they were taken; `probes_failed` counts failed ones.
    `message_id_format` is how the provider writes message ids, if it was found out, and
    `message_id_format_seen` in how many receipts. `seen_at` is when a connection was last open.
    `country` (ISO 3166-1 alpha-2) is that of numbers in national form, in which its network may
    write recipients; without one it is that of the installation.
    """

    __tablename__ = "gateways"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("Connections to providers.")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    rate: Mapped[int] = mapped_column(default=RATE)
    window: Mapped[int] = mapped_column(default=WINDOW)
    status: Mapped[str] = mapped_column(String(8), default=GatewayStatus.ACTIVE)
    error: Mapped[str] = mapped_column(String(300), default="")
    connections: Mapped[int] = mapped_column(SmallInteger, default=1)
    health: Mapped[int] = mapped_column(SmallInteger, default=100)
    answer_ms: Mapped[int] = mapped_column(default=0)
    errors_percent: Mapped[int] = mapped_column(SmallInteger, default=0)
    paused_why: Mapped[str] = mapped_column(String(40), default="")
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probe_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probes_failed: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    message_id_format: Mapped[str] = mapped_column(String(20), default="")
    message_id_format_seen: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    country: Mapped[str | None] = mapped_column(String(2))


class InboxKind(StrEnum):
    """What an inbox row is: a delivery receipt, or a text from a recipient.

    UNMARKED looks like a receipt by its words only, which a phone can write as well.
    """

    RECEIPTS: ClassVar["tuple[InboxKind, ...]"]

    RECEIPT = "receipt"
    UNMARKED = "unmarked"
    INBOUND = "inbound"


InboxKind.RECEIPTS = (InboxKind.RECEIPT, InboxKind.UNMARKED)


class GatewayInboxRow(Model):
    """A row of the gateway inbox: stored as received, then acknowledged, deleted when applied.

    A receipt carries the gateway's `reference` and, if the gateway returns it, `our_reference`.
    Its `phone` is the recipient, `inbound_number` the address at the other end, `text` the checksum
    of what it quotes, and `outdated` says that it is about a text of long ago. An unmarked one has
    the fields of the reply that it may be, with its text encrypted.
    The parts of a long reply wait for each other: all have the same `concat_ref`, and `text` is
    JSON, because a part may end with half of a surrogate pair. `address` is the sender as it came,
    or the recipient of a receipt, where `phone` was made of it with the country of the gateway, or
    could not be. Gateways are never deleted.
    """

    __tablename__ = "gateway_inbox"
    __table_args__ = (
        checked_on_sqlite("gateway_id", "gateways.id"),
        Index(  # of replies to somebody: receipts have no account
            "ix_gateway_inbox_account_id",
            "account_id",
            sqlite_where=text("account_id IS NOT NULL"),
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index(  # what has just come does not wait behind what has been tried in vain
            "ix_gateway_inbox_due",
            "next_attempt_at",
            "id",
            sqlite_where=text("attempts = 0"),
            postgresql_where=text("attempts = 0"),
        ),
        Index(
            "ix_gateway_inbox_again",
            "next_attempt_at",
            "id",
            sqlite_where=text("attempts > 0"),
            postgresql_where=text("attempts > 0"),
        ),
        Index(  # which of those that wait are about a phone
            "ix_gateway_inbox_phone",
            "phone",
            sqlite_where=text("attempts > 0"),
            postgresql_where=text("attempts > 0"),
        ),
        Index(  # a STOP is found at once, however many receipts wait
            "ix_gateway_inbox_inbound",
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
    processing = Processing(CAMPAIGNS, N_("Receipts and replies as the gateway sent them"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    gateway_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str] = mapped_column(String(64), default="")
    our_reference: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(12), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    inbound_number: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(20), default="", server_default="")
    text: Mapped[str] = mapped_column(Text, default="")
    concat_ref: Mapped[str] = mapped_column(String(64), default="")
    part: Mapped[int] = mapped_column(SmallInteger, default=1)
    parts: Mapped[int] = mapped_column(SmallInteger, default=1)
    outdated: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Its own, and receipts that have not found their message of it yet."""
        parts = select(MessagePart.reference).where(MessagePart.of_account(account_id))
        messages = select(cast(Message.id, String)).where(Message.of_account(account_id))
        fits = or_(cls.reference.in_(parts), cls.our_reference.in_(messages))
        receipt = cls.kind.in_(InboxKind.RECEIPTS)
        return or_(
            cls.account_id == account_id,
            and_(receipt, or_(fits, cls.only_for(account_id))),
        )

    @classmethod
    def only_for(cls, account_id: int) -> ColumnElement[bool]:
        """Its number is one that this account has texted, and no other waits for a receipt."""
        texted = exists().where(Message.phone == cls.phone, Message.account_id == account_id)
        return and_(cls.phone != "", texted, ~cls.others_wait(account_id))

    @classmethod
    def others_wait(cls, account_id: int) -> ColumnElement[bool]:
        """Another account waits for a receipt of a text to its number."""
        waits = Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED - MessageStatus.FINAL)
        return exists().where(Message.phone == cls.phone, Message.account_id != account_id, waits)
