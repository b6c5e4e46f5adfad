"""Requests for a second yes: a campaign above an amount leaves when another person agrees."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, WITH_ACCOUNT, Export

LONGEST_WHY = 300


class YesState(StrEnum):
    """How far a request for a second yes is."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


class YesRequest(Model):
    """The latest request for a second yes to a campaign.

    `about` is a digest of what was asked about: another text, audience or time needs a new yes.
    `price` (1/10,000) and `people` are what the review showed who asked; once it is given, `price`
    is the one that both agree to. `asked_by` and `decided_by` are public ids of users. `why`
    says why it was refused.
    """

    __tablename__ = "yes_requests"
    privacy = Privacy.COLLECTED
    export = Export(
        "yes-requests",
        N_("Who has asked a second person for a yes to a campaign, and what they said."),
        without={"about": MACHINERY},
        words={
            "price": N_("the price of the campaign"),
            "people": N_("how many people were to get it"),
            "state": N_("was it asked for, given or refused"),
            "asked_by": N_("who has asked, see users and former-colleagues"),
            "asked_at": N_("when it was asked for"),
            "decided_by": N_("who has decided, see users and former-colleagues"),
            "decided_at": N_("when it was decided"),
            "why": N_("why it was refused"),
        },
        money=("price",),
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = Processing(CAMPAIGNS, N_("Who has said yes or no to a campaign of a colleague"))

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    about: Mapped[str] = mapped_column(String(64))
    price: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(7), default=YesState.ASKED)
    asked_by: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_by: Mapped[str] = mapped_column(String(20), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(LONGEST_WHY), default="")
