"""Welcome credits: which numbers had theirs, so that each gets it once."""

from datetime import date, timedelta

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import SECURITY, Processing
from promosms.models.registry import N_, NO_RIGHTS, NOBODYS, Retention


class WelcomeCredit(Model):
    """A keyed hash of the number, cut to 20 digits, and a day: it leads to no account.

    It stays when the account is erased, because the credit could be had again and again otherwise.
    """

    __tablename__ = "welcome_credits"
    privacy = Privacy.SYSTEM
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = Retention(
        "the credit was given",
        by="welcome credits",
        limit=timedelta(days=730),
        words=N_("%(time)s, also when the account is deleted. It leads to no account."),
    )
    processing = Processing(
        SECURITY,
        N_("That a number had the welcome credit, so that each gets it once: the number and a day"),
    )

    number_hash: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted_on: Mapped[date] = mapped_column(Date, index=True)
