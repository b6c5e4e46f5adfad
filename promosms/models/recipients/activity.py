"""Activity of recipients: when they were texted, replied, or opened a link for the last time."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class RecipientActivity(Model):
    """The last text of a campaign to a recipient, their last reply, and the last link they opened.

    It outlives messages, replies and clicks, which are deleted after some time. It is a
    table of its own: a row of the recipients is wide and in many indexes, and to write it for each
    text would cost several times as much.
    """

    __tablename__ = "recipient_activity"
    privacy = Privacy.COLLECTED
    export = Export(
        "recipient-activity",
        N_("When each recipient was texted, has replied, has opened a link for the last time."),
        words={
            "recipient_id": N_("the recipient, see recipients"),
            "texted_at": N_("when the last text of a campaign left"),
            "replied_at": N_("when the last reply came"),
            "clicked_at": N_("when they opened a link of a text for the last time"),
        },
    )
    retention = UNTIL_DELETED
    processing = Processing(
        RECIPIENTS,
        N_("When somebody was texted, has replied, has opened a link for the last time"),
    )

    recipient_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("recipients.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    texted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clicked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
