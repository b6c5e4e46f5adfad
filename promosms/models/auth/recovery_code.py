"""Recovery codes: they replace the codes of a lost app."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import N_, NotExported, Retention


class RecoveryCode(Model):
    """A code that works once; the row is deleted when it is used.

    `mark` is its first group, which finds the row; `code_hash` is the Argon2id hash of the whole
    code (ASVS 6.5.2).
    """

    __tablename__ = "recovery_codes"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("Recovery codes: they are keys."))
    retention = Retention(
        "it is used, or its user makes new ones, or leaves",
        words=N_("Until it is used or you make new ones, or until the account is deleted."),
    )
    processing = Processing(SIGN_IN, N_("Recovery codes of two-factor sign-in, as hashes"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    mark: Mapped[str] = mapped_column(String(4))
    code_hash: Mapped[str] = mapped_column(String(200))
