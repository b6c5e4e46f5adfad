"""Notices: what users are told by e-mail about their own sign-in, in their language."""

from collections.abc import Callable

from promosms.language import force_locale
from promosms.models import User
from promosms.services.mail.emails import Letter
from promosms.services.mail.outbox import queue_email


def tell(user: User, letter: Callable[[], Letter], address: str = "") -> None:
    """Write to the user, or to another address of theirs; part of the transaction around it."""
    with force_locale(user.language):
        queue_email(address or user.email, *letter(), account_id=user.account_id)
