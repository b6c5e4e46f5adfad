"""Changes of numbers: the new number waits here until its code was typed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import N_, NotExported, Retention


class PhoneChange(Model):
    """A requested new number; `code_hash` is the hash of the code that was texted."""

    __tablename__ = "phone_changes"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("A new number that waits to be confirmed: its code is a key."))
    retention = Retention(
        "it is confirmed, or `expires_at`",
        by="phone_changes.forget_expired",
        words=N_("Until it is confirmed, or the code for it has expired."),
    )
    processing = Processing(SIGN_IN, N_("A new mobile number that waits to be confirmed"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    phone: Mapped[str] = mapped_column(String(16))
    code_hash: Mapped[str] = mapped_column(String(200))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
