"""Senders: the names that customers ask for, and what the operator decided about each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import ACCOUNT, Processing
from promosms.models.registry import ADD_AND_DELETE, N_, OPERATOR, READ, WITH_ACCOUNT, Export


class SenderStatus(StrEnum):
    """requested -> approved | refused; approved -> revoked."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"


class Sender(Model):
    """A name that a customer asks for. `key` is the name in small letters: one of each an account.

    `purpose`, `company` and `website` are what the customer says about it. `protected_name` is the
    name of others that it is like, `held_as` their kind; both are empty for most. Requests of
    customers may add and withdraw rows, and never change one.
    """

    __tablename__ = "senders"
    __table_args__ = (Index("uq_senders_key", "account_id", "key", unique=True),)
    privacy = Privacy.ACCOUNT
    export = Export(
        "senders",
        N_("The sender names that you have asked for."),
        without={"key": N_("it repeats the name")},
        words={
            "purpose": N_("what the name is for"),
            "company": N_("the business that it stands for"),
            "website": N_("the website that shows it"),
            "held_as": N_("the kind of protected name that it is like"),
            "protected_name": N_("the protected name that it is like"),
        },
        referred=("sender_id",),
    )
    retention = WITH_ACCOUNT
    processing = Processing(ACCOUNT, N_("Sender names that you ask for, and why they are yours"))
    customer_rights = ADD_AND_DELETE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(11))
    key: Mapped[str] = mapped_column(String(11))
    purpose: Mapped[str] = mapped_column(Text, default="")
    company: Mapped[str] = mapped_column(String(200), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    held_as: Mapped[str] = mapped_column(String(10), default="")
    protected_name: Mapped[str] = mapped_column(String(30), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SenderDecision(Model):
    """What an admin decided about a name; without one it still waits.

    A table of its own, which requests of customers may only read: PostgreSQL itself refuses a page
    that would approve a name. `reason` is for the customer, `evidence` what the admin has seen.
    `countries` are those where the name was registered (ISO 3166, separated by commas).
    """

    __tablename__ = "sender_decisions"
    privacy = Privacy.ACCOUNT
    export = Export(
        "sender-decisions",
        N_("What was decided about your sender names."),
        without={"by": OPERATOR},
        words={
            "sender_id": N_("the name, see senders"),
            "evidence": N_("what shows that the name is yours"),
            "countries": N_("where it is registered"),
            "decided_at": N_("when it was decided"),
        },
    )
    retention = WITH_ACCOUNT
    processing = Processing(ACCOUNT, N_("What was decided about a sender name, and why"))
    customer_rights = READ

    sender_id: Mapped[int] = mapped_column(
        ForeignKey("senders.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    status: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str] = mapped_column(String(300), default="")
    evidence: Mapped[str] = mapped_column(String(300), default="")
    countries: Mapped[str] = mapped_column(String(800), default="")
    by: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
