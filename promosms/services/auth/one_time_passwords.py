"""System passwords: sent by text, valid once and for a limited time."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from promosms.db.transactions import transaction
from promosms.language import force_locale, gettext
from promosms.models import Message, User, now
from promosms.services.abuse.refusals import PumpingProblem
from promosms.services.auth import passwords
from promosms.services.sending import verification_texts
from promosms.settings import settings


class TextRefused(Exception):
    """No text may go out now; `code` says why."""

    def __init__(self, code: PumpingProblem) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Secret:
    """A new system password and its hash, made before the database is locked: hashing is slow.

    The password exists in memory only and, encrypted, in the text until it has been sent.
    """

    password: str = field(repr=False)
    hashed: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make a random one."""
        password = passwords.new_system_password()
        return cls(password, passwords.hash_password(password))


def send(user: User, secret: Secret) -> Message:
    """Give the user this system password and queue its text; ask `sms_pumping.why_not` first."""
    if user.account_id is None:
        raise ValueError("only users of an account have a number")
    with transaction() as session:
        user.system_hash = secret.hashed
        user.system_expires_at = now() + timedelta(minutes=settings.system_password_minutes)
        user.system_tries = 0
        session.flush()
        return verification_texts.queue_verification_text(
            user.account_id, user.phone, wording(user.language), secret.password
        )


def wording(language: str) -> str:
    """The text: brand, password, validity; no link and no address that could be imitated."""
    with force_locale(language):
        words: str = gettext(
            "PromoSMS: your password is {secret}. It works once, within %(minutes)s minutes. "
            "We never ask you for it.",
            minutes=settings.system_password_minutes,
        )
    return words
