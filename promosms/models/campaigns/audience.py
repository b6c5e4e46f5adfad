"""The lists and segments that a campaign is addressed to, or leaves out."""

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, WITH_ACCOUNT, Export


class CampaignList(Model):
    """A list that a campaign is addressed to, or that it leaves out (`excluded`)."""

    __tablename__ = "campaign_lists"
    privacy = Privacy.COLLECTED
    export = Export(
        "campaign-lists",
        N_("To which lists a campaign was addressed."),
        words={"excluded": N_("were those on it left out")},
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = Processing(CAMPAIGNS, N_("Which lists a campaign was addressed to"))

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    list_id: Mapped[int] = mapped_column(
        ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    excluded: Mapped[bool] = mapped_column(default=False, server_default=false())


class CampaignSegment(Model):
    """A segment that a campaign is addressed to, or that it leaves out (`excluded`)."""

    __tablename__ = "campaign_segments"
    __table_args__ = (Index("ix_campaign_segments_segment", "segment_id"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "campaign-segments",
        N_("To which segments a campaign was addressed."),
        words={
            "segment_id": N_("the segment, see segments"),
            "excluded": N_("were those in it left out"),
        },
        parent="campaign_id",
    )
    retention = WITH_ACCOUNT
    processing = Processing(CAMPAIGNS, N_("Which segments a campaign was addressed to"))

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    excluded: Mapped[bool] = mapped_column(default=False, server_default=false())
