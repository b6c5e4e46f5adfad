"""Known browsers: clients from which a user has signed in before."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import SECURITY, Processing
from promosms.models.registry import N_, NotExported, Retention


class KnownBrowser(Model):
    """`mark` is a keyed hash of user, kind of browser and network (/24 or /48).

    The address itself is not stored. Deleted 90 days after the last use.
    """

    __tablename__ = "known_browsers"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("From where you have signed in, in a form that nobody can read."))
    retention = Retention(
        "it was last used",
        by="known_browsers",
        limit=timedelta(days=90),
        words=N_("%(time)s after the last use."),
    )
    processing = Processing(SECURITY, N_("Browsers and networks from which you have signed in"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
