"""Sessions: a row per signed-in browser, so that signing out really ends it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from promosms.models.auth.user import User
from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import KEY, N_, Export, Retention


class Session(Model):
    """The cookie holds a random token; the row has only its SHA-256.

    `confirmed_at` is when the user last proved to be there: by signing in or by reauthentication.
    `stays_until` is its end if the user asked to stay signed in; then it ends by no other time.
    """

    __tablename__ = "sessions"
    privacy = Privacy.ACCOUNT
    export = Export(
        "sessions",
        N_("Browsers that are signed in."),
        without=dict.fromkeys(("public_id", "token_hash"), KEY),
        words={
            "user_id": N_("the user, see users"),
            "browser": N_("kind of browser"),
            "seen_at": N_("when it was last used"),
            "stays_until": N_("until when it stays signed in, if that was chosen"),
        },
    )
    retention = Retention(
        "it ends",
        by="sessions",
        setting="SESSION_HOURS",
        what=N_("Sessions (which browser is signed in)"),
    )
    processing = Processing(SIGN_IN, N_("Which kind of browser is signed in, and since when"))

    STAY_DAYS: ClassVar[int] = 30
    """How long somebody stays signed in who asks for it; admins never do."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    stays_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
