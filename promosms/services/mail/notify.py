"""Telling people: letters to every admin or owner, each in his language, into the outbox.

The letters belong to the running transaction; the next tick rings for the mail worker.
"""

from collections.abc import Callable

from sqlalchemy import select

from promosms.db import row_security
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import Role, User
from promosms.services.mail.emails import Letter
from promosms.services.mail.outbox import queue_email


def tell_admins(write: Callable[[], Letter]) -> None:
    """Write to every admin of the installation."""
    with row_security.bypass("admins belong to no account"):
        for admin in db.session.scalars(select(User).where(User.role == Role.ADMIN)):
            with force_locale(admin.language):
                subject, body = write()
            queue_email(admin.email, subject, body)


def tell_owner(account_id: int, write: Callable[[], Letter]) -> None:
    """Write to the owners of an account."""
    query = select(User).where(User.account_id == account_id, User.role == Role.OWNER)
    for owner in db.session.scalars(query):
        with force_locale(owner.language):
            subject, body = write()
        queue_email(owner.email, subject, body, account_id)
