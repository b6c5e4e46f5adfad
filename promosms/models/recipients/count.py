"""Recipient counts: how many recipients an account and each of its lists has, by what they get."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, NotExported

EVERYBODY = 0
"""In place of the id of a list."""
FOLDED = 0
"""The part of a count that all folded parts are added to."""


class Standing(StrEnum):
    """Is the number on the suppression list of the account?"""

    FREE = ""
    HELD = "held"  # until a person has read the reply
    OUT = "out"


class RecipientCount(Model):
    """So many recipients of an account, or of a list, have this country, consent and standing.

    The database itself writes the counts, in the transaction that changes recipients, lists or
    suppressions (count_triggers.py). A count is the sum of its parts. On SQLite there is one. On
    PostgreSQL each transaction adds a part of its own, named by its number, so that none waits for
    another; the sweep adds them to the folded one.
    """

    __tablename__ = "recipient_counts"
    __table_args__ = (
        Index(
            "ix_recipient_counts_parts",
            "part",
            sqlite_where=text("part <> 0"),
            postgresql_where=text("part <> 0"),
        ),
    )
    privacy = Privacy.COLLECTED
    export = NotExported(N_("How many recipients you have: a sum of your recipients and lists."))
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("How many recipients you have, by country and consent"))

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    list_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    consent: Mapped[str] = mapped_column(String(5), primary_key=True)
    standing: Mapped[str] = mapped_column(String(4), primary_key=True)
    part: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    people: Mapped[int] = mapped_column(Integer)
