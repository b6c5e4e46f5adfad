"""Acts: who of an account has done what, and to what."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import ACTS, Processing
from promosms.models.registry import ADD, N_, Export, Retention


class Act(Model):
    """`actor` is the public id of a user or an API key, `what` the name of the form or request.

    `subject` is the public id of what it was about, such as a campaign; empty where there is none.
    """

    __tablename__ = "acts"
    __table_args__ = (
        Index("ix_acts_account", "account_id", "id"),
        Index("ix_acts_subject", "account_id", "subject", "id"),
        Index("ix_acts_created_at", "created_at"),
    )
    privacy = Privacy.ACCOUNT
    customer_rights = ADD
    export = Export(
        "acts",
        N_("What you and your colleagues have done in the last year."),
        words={
            "actor": N_("who did it, see users, former-colleagues and api-keys"),
            "what": N_("what was done"),
            "subject": N_("to what it was done"),
        },
    )
    retention = Retention(
        "it was done",
        by="acts",
        limit=timedelta(days=365),
        what=N_("What you and your colleagues have done"),
    )
    processing = Processing(
        ACTS, N_("Who did what, when and to what, with random names for people and accounts")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    actor: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
