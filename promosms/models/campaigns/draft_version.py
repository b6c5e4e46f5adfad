"""Earlier versions of drafts."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, Export, Retention


class DraftVersion(Model):
    """What stood in a draft until it was saved again. `window` is the key of the page that did it.

    A draft has at most twenty; they go when it is launched or deleted.
    """

    __tablename__ = "draft_versions"
    privacy = Privacy.COLLECTED
    export = Export(
        "draft-versions",
        N_("What stood in a draft before it was saved again."),
        without={"window": MACHINERY},
        words={
            "kind": N_("is it promotional, or about something that the person asked for or bought"),
            "opt_out_line": N_("is the line with which one opts out added"),
            "plain_details": N_("do names lose the accents that make a text dearer"),
            "short_links": N_("are its addresses shortened, and who opens them counted"),
            "replaced_at": N_("until when it stood there"),
        },
        parent="campaign_id",
    )
    retention = Retention(
        "its draft is launched or deleted",
        words=N_("Until the draft is sent or deleted, at most twenty of each."),
    )
    processing = Processing(CAMPAIGNS, N_("Earlier versions of drafts"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey("campaigns.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(11))
    opt_out_line: Mapped[bool]
    language: Mapped[str] = mapped_column(String(5))
    plain_details: Mapped[bool]
    short_links: Mapped[bool]
    window: Mapped[str] = mapped_column(String(20), default="")
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
