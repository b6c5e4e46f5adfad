"""Breakdowns of campaigns, as counted in the background."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, READ, WITH_ACCOUNT, Export


class GroupedBy(StrEnum):
    """By what the texts of a campaign are counted."""

    COUNTRY = "country"
    LIST = "list"
    MINUTES = "minutes"


class CampaignBreakdown(Model):
    """The texts of a campaign to one country, to one list, or so many minutes after its start.

    `name` is the code of the country, the public id of the list, or the number of minutes; of the
    last only `texts` and `delivered` are counted. `replied`, `opted_out` and `clicked` are people.
    The figures stay when the messages are deleted.
    """

    __tablename__ = "campaign_breakdowns"
    privacy = Privacy.COLLECTED
    customer_rights = READ
    export = Export(
        "campaign-breakdowns",
        N_("What became of the texts of your campaigns, by country, by list and by time."),
        words={
            "grouped_by": N_("by what it is counted: country, list, or minutes after the start"),
            "name": N_("the country, the list or the number of minutes"),
            "texts": N_("texts that left"),
            "delivered": N_("texts that arrived"),
            "not_delivered": N_("texts that did not arrive"),
            "replied": N_("how many people have replied"),
            "opted_out": N_("how many people have opted out"),
            "clicked": N_("how many people have opened a link"),
        },
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = Processing(
        CAMPAIGNS, N_("What became of the texts of a campaign, as figures by country and list")
    )

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    grouped_by: Mapped[str] = mapped_column(String(7), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    texts: Mapped[int] = mapped_column(Integer, default=0)
    delivered: Mapped[int] = mapped_column(Integer, default=0)
    not_delivered: Mapped[int] = mapped_column(Integer, default=0)
    replied: Mapped[int] = mapped_column(Integer, default=0)
    opted_out: Mapped[int] = mapped_column(Integer, default=0)
    clicked: Mapped[int] = mapped_column(Integer, default=0)
