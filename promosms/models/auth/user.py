"""Users: the people who sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from promosms.models.accounts.account import Account
from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import CHANGE, KEY, MACHINERY, N_, WITH_ACCOUNT, Export


class Role(StrEnum):
    """What somebody may do is in services/auth/rights.py.

    Owner, member and viewer belong to an account; an admin belongs to the installation.
    """

    OWNER = "owner"
    MEMBER = "member"
    VIEWER = "viewer"
    ADMIN = "admin"


class User(Model):
    """A person with an e-mail address. `system_hash` is the hash of the system password.

    `timezone` is the zone of an admin; others see the times of their account.

    `totp_encrypted` is the TOTP secret, encrypted with the key of the installation; None while
    two-factor sign-in is off. `totp_counter` is the time step of the last code that was used. From
    `totp_off_at` on the user may remove it, because app and codes are lost.
    """

    __tablename__ = "users"
    privacy = Privacy.ACCOUNT
    customer_rights = CHANGE
    export = Export(
        "users",
        N_("The people who sign in. Passwords and keys are not in this file."),
        without={
            "password_hash": KEY,
            "system_hash": KEY,
            "system_expires_at": KEY,
            "system_tries": KEY,
            "must_choose_password": MACHINERY,
            "timezone": MACHINERY,
            "totp_encrypted": KEY,
            "totp_counter": KEY,
        },
        words={
            "role": N_("what the user may do"),
            "totp_on_at": N_("since when a code is asked for when signing in"),
            "totp_off_at": N_("from when on it is not asked for any more"),
            "signed_in_at": N_("when the user last signed in"),
        },
        referred=("user_id", "assignee_id"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(
        SIGN_IN,
        N_(
            "E-mail address, mobile number, language, role, a hash of the password, the key of "
            "two-factor sign-in, encrypted, and the time zone that an admin has chosen"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(String(8))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(String(16), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    timezone: Mapped[str] = mapped_column(String(40), default="UTC", server_default="UTC")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    system_hash: Mapped[str | None] = mapped_column(String(200))
    system_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    system_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    must_choose_password: Mapped[bool] = mapped_column(default=True)
    totp_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)
    totp_on_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    account: Mapped[Account | None] = relationship()
