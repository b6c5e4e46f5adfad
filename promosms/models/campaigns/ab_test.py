"""A/B tests: two texts on a share of the audience of a campaign, the better one to the others."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, WITH_ACCOUNT, Export, Retention


class AbMeasure(StrEnum):
    """By what the better text is known: people who opened a link, or who replied."""

    CLICKED = "clicked"
    REPLIED = "replied"


class AbText(StrEnum):
    """One of the two texts; A is that of the campaign itself, until B has turned out better."""

    A = "a"
    B = "b"


class AbTest(Model):
    """The A/B test of a campaign: `share` percent of its audience get text A or B, half each.

    Each half is a campaign of its own (`a_id`, `b_id`). The better text goes to the others when
    both have left and `hours` have passed. `a_price` and `b_price` (1/10,000) are the shares of the
    agreed price; `rest_people` is how many others the review showed.

    The figures are those on which it was decided: people texted, and how many of them opened a
    link or replied. `better` is empty before. `decided_by` is the public id of the user who has
    decided; empty if it was decided by the figures.
    """

    __tablename__ = "ab_tests"
    __table_args__ = (
        Index("ix_ab_tests_account_id", "account_id"),
        Index("uq_ab_tests_a_id", "a_id", unique=True),
        Index("uq_ab_tests_b_id", "b_id", unique=True),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "ab-tests",
        N_("Which two texts were compared on some of the people, and which went to the others."),
        words={
            "text_b": N_("the second text"),
            "share": N_("to how many percent of the people one of both went"),
            "measure": N_("by what the better one is known: opened links, or replies"),
            "hours": N_("how many hours later the better one goes to the others"),
            "a_id": N_("the campaign with the first text, see campaigns"),
            "b_id": N_("the campaign with the second text, see campaigns"),
            "a_price": N_("the price that was agreed to for the first text"),
            "b_price": N_("the price that was agreed to for the second text"),
            "rest_people": N_("how many people were to get the better one"),
            "a_people": N_("how many people had got the first text when it was decided"),
            "a_number": N_("how many of them had opened a link, or replied"),
            "b_people": N_("how many people had got the second text when it was decided"),
            "b_number": N_("how many of them had opened a link, or replied"),
            "better": N_("which of both went to the others"),
            "begun_at": N_("when both texts were started"),
            "decided_at": N_("when it was decided"),
            "decided_by": N_("who has decided, see users; empty if the figures have"),
        },
        money=("a_price", "b_price"),
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = (
        Processing(CAMPAIGNS, N_("Which of two texts was better, and who has chosen it")),
        Processing(
            CAMPAIGNS,
            N_("The second text of a campaign"),
            kept=Retention(
                "its campaign ended, and the last news of its messages",
                by="campaign texts",
                setting="Account.retention_days",
                what=N_("Texts of campaigns"),
            ),
        ),
    )

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text_b: Mapped[str] = mapped_column(Text)
    share: Mapped[int] = mapped_column(SmallInteger)
    measure: Mapped[str] = mapped_column(String(7))
    hours: Mapped[int] = mapped_column(SmallInteger)
    a_price: Mapped[int] = mapped_column(BigInteger, default=0)
    b_price: Mapped[int] = mapped_column(BigInteger, default=0)
    rest_people: Mapped[int] = mapped_column(Integer, default=0)
    a_id: Mapped[int | None] = mapped_column(BigId)
    b_id: Mapped[int | None] = mapped_column(BigId)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    a_people: Mapped[int] = mapped_column(Integer, default=0)
    a_number: Mapped[int] = mapped_column(Integer, default=0)
    b_people: Mapped[int] = mapped_column(Integer, default=0)
    b_number: Mapped[int] = mapped_column(Integer, default=0)
    better: Mapped[str] = mapped_column(String(1), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(20), default="")
