"""Lists: named groups of recipients, many to many."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import (
    BigId,
    Model,
    Privacy,
    UtcDateTime,
    checked_by_statement,
    new_public_id,
    now,
)
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class RecipientList(Model):
    """A list. `size` is updated together with the recipients on the list."""

    __tablename__ = "lists"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "lists",
        N_("Your lists of recipients."),
        words={"size": N_("how many recipients stand on it")},
        referred=("list_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Lists"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ListRecipient(Model):
    """A recipient that is on a list, since `joined_at`; NULL if that was not noted then."""

    __tablename__ = "list_recipients"
    __table_args__ = (
        checked_by_statement("list_id", "lists.id", ondelete="CASCADE"),
        checked_by_statement("account_id", "accounts.id"),
        Index("ix_list_recipients_recipient", "recipient_id"),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "list-recipients",
        N_("Which recipient stands on which list."),
        words={
            "recipient_id": N_("the recipient, see recipients"),
            "joined_at": N_("since when they stand on it"),
        },
        parent="list_id",
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Who is on which list, and since when"))

    list_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipients.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(BigId, index=True)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
