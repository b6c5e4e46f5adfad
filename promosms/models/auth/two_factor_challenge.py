"""Two-factor challenges: the password was right, and a code is still needed."""

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from promosms.models.auth.user import User
from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import N_, NotExported, Retention


class TwoFactorChallenge(Model):
    """Gives no access by itself. The cookie holds a random token; the row has only its SHA-256.

    `by_text`: the password was a system password, so e-mail address and number are proved.
    """

    __tablename__ = "two_factor_challenges"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("Sign-ins that wait for a code: they are keys."))
    retention = Retention(
        "it is answered, or `expires_at`",
        by="two_factor.forget_expired",
        words=N_("Until the code is typed in, or the time for that is over."),
    )
    processing = Processing(SIGN_IN, N_("That a sign-in waits for its code"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    by_text: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    user: Mapped[User] = relationship()
