"""Templates: texts that an account keeps, to begin campaigns with."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.campaigns.campaign import CampaignKind
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class CampaignTemplate(Model):
    """A text with its kind and its opt-out line.

    A campaign that begins with it has a copy: later changes of the template do not reach it.
    """

    __tablename__ = "campaign_templates"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "campaign-templates",
        N_("The texts that you keep to begin campaigns with."),
        words={
            "kind": N_("is it promotional, or about something that the person asked for or bought"),
            "opt_out_line": N_("is the line with which one opts out added"),
            "used_at": N_("when a campaign was last begun with it"),
        },
    )
    retention = UNTIL_DELETED
    processing = Processing(CAMPAIGNS, N_("Templates: texts that are kept to be used again"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(11), default=CampaignKind.PROMOTIONAL)
    opt_out_line: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
