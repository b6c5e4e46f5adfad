"""Inbound messages: what recipients have answered, and what a held reply meant."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, OPERATOR, Export, Retention


class InboundKind(StrEnum):
    """What a reply was understood as."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    HOLD = "hold"
    REPLY = "reply"


class Decision(StrEnum):
    """What a person has read in a reply that was held."""

    OPEN = ""
    STOP = "stop"  # they want no more texts
    OTHER = "other"  # it was about something else
    START = "start"  # nobody has read it: the recipient has asked for texts again


UNREAD = "read_at IS NULL AND kind = 'reply'"


class InboundMessage(Model):
    """What a recipient answered; `recipient` is a random id, as in a message.

    `decision` is about a reply of the kind HOLD; `decided_by` is the public id of a user.
    `read_at` is when somebody of the account first opened a reply of the kind REPLY. The other
    kinds are never unread: they are obeyed, answered or decided. An answer goes the way back: by
    `gateway_id`, from `inbound_number`.
    """

    __tablename__ = "inbound_messages"
    __table_args__ = (
        Index("ix_inbound_messages_page", "account_id", "id"),
        Index("ix_inbound_messages_phone", "account_id", "phone"),
        Index(
            "ix_inbound_messages_unread",
            "account_id",
            "id",
            sqlite_where=text(UNREAD),
            postgresql_where=text(UNREAD),
        ),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "replies",
        N_("What recipients have answered."),
        without={"reference": OPERATOR, "gateway_id": OPERATOR},
        words={
            "recipient": N_("the recipient, see recipients"),
            "inbound_number": N_("the number that it was sent to"),
            "received_at": N_("when it came"),
            "decision": N_("what a held reply meant: stop, other or start"),
            "decided_by": N_("who has read it, see users"),
            "decided_at": N_("when it was decided"),
            "read_at": N_("when somebody of yours read it first"),
        },
    )
    retention = Retention(
        "it came in",
        by="replies",
        setting="Account.retention_days",
        what=N_("Replies of recipients"),
    )
    processing = Processing(CAMPAIGNS, N_("Replies with their numbers"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recipient: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(5), default=InboundKind.REPLY)
    decision: Mapped[str] = mapped_column(String(5), default=Decision.OPEN)
    decided_by: Mapped[str] = mapped_column(String(20), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reference: Mapped[str] = mapped_column(String(64), default="")
    gateway_id: Mapped[int | None] = mapped_column(BigInteger)
    inbound_number: Mapped[str] = mapped_column(String(20), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
