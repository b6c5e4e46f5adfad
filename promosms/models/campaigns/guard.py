"""Guards: how much an account wants to spend, and what pauses its campaigns by itself."""

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export

FAILURES = 20
"""Percent of the texts with a result: more failures than that pause a campaign."""
WISHES = 5
"""Percent of the people who were texted: more wishes to stop than that pause a campaign."""


class Guard(Model):
    """The guard of an account; one without a row has the defaults and no limit of money.

    `per_campaign` and `per_month` are in 1/10,000, None without a limit. Above `second_yes_above`
    (1/10,000) a second person must say yes; None if nobody has to. `failures` and `wishes` are in
    percent; 0 never pauses.
    """

    __tablename__ = "guards"
    privacy = Privacy.ACCOUNT
    export = Export(
        "guard",
        N_("How much you want to spend, and what pauses your campaigns by itself."),
        words={
            "per_campaign": N_("the most that a campaign may cost"),
            "per_month": N_("the most that may be spent in a month"),
            "second_yes_above": N_("above so much a second person must say yes to a campaign"),
            "failures": N_("percent of failed texts that pause a campaign, 0 for never"),
            "wishes": N_("percent of people who want no more texts that pause it, 0 for never"),
        },
        money=("per_campaign", "per_month", "second_yes_above"),
    )
    retention = UNTIL_DELETED
    processing = Processing(
        MONEY, N_("How much you want to spend, and what pauses your campaigns by itself")
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    per_campaign: Mapped[int | None] = mapped_column(BigInteger)
    per_month: Mapped[int | None] = mapped_column(BigInteger)
    second_yes_above: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(SmallInteger, default=FAILURES)
    wishes: Mapped[int] = mapped_column(SmallInteger, default=WISHES)
