"""System passwords: sent by text, valid once and not for long, within a budget."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import func, select, text

from promosms.config import setting
from promosms.database import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext
from promosms.models import Message, Route, User, now
from promosms.services import passwords, system_texts

MOST_PER_NUMBER = 3  # in 24 hours


class TextProblem(StrEnum):
    """Why no text goes out now; the words for it belong to the interface."""

    BUDGET = "budget"  # the installation has sent its texts of this hour
    NUMBER = "number"  # this number has had its texts of this day


class TextRefused(Exception):
    """No text now; `code` says why."""

    def __init__(self, code: TextProblem) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Secret:
    """A new system password and its hash, made before the database is locked: hashing is slow.

    It exists in memory and, sealed, in the text until that has been sent.
    """

    password: str = field(repr=False)
    hashed: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A fresh one."""
        password = passwords.new_system_password()
        return cls(password, passwords.hash_password(password))


def take_turn() -> None:
    """Count and send as one step: two at once would both find the last place free.

    Whoever locks other rows as well takes the turn first, so that nobody waits in a circle.
    """
    db.session.execute(select(Route.id).order_by(Route.id).limit(1).with_for_update(key_share=True))


def send(user: User, secret: Secret) -> Message:
    """Give the user this system password and queue its text; raises TextRefused."""
    if user.account_id is None:
        raise ValueError("only users of an account have a number")
    with transaction() as session:
        _check_budget(user.phone)
        user.system_hash = secret.hashed
        user.system_expires_at = now() + timedelta(minutes=setting("SYSTEM_PASSWORD_MINUTES"))
        user.system_tries = 0
        session.flush()
        return system_texts.queue_system_text(
            user.account_id, user.phone, wording(user.language), secret.password
        )


def wording(language: str) -> str:
    """The text: brand, password, validity; no link and no address that could be imitated."""
    with force_locale(language):
        words: str = gettext(
            "PromoSMS: your password is {secret}. It works once, within %(minutes)s minutes. "
            "We never ask you for it.",
            minutes=setting("SYSTEM_PASSWORD_MINUTES"),
        )
    return words


def _check_budget(phone: str) -> None:
    """Raise TextRefused unless one more text may go out, and one to this number."""
    take_turn()
    if _sent(timedelta(hours=1)) >= setting("SYSTEM_TEXTS_PER_HOUR"):
        raise TextRefused(TextProblem.BUDGET)
    if _sent(timedelta(hours=24), phone) >= MOST_PER_NUMBER:
        raise TextRefused(TextProblem.NUMBER)


def _sent(period: timedelta, phone: str = "") -> int:
    # The lane stands as a literal, or the databases would not use the index of these rows.
    query = select(func.count()).select_from(Message)
    query = query.where(text("messages.lane = 0"), Message.created_at > now() - period)
    # Answers to STOP and HELP go by limits of their own.
    query = query.where(Message.text.contains(system_texts.DOTS))
    if phone:
        query = query.where(Message.phone == phone)
    return db.session.scalars(query).one()
