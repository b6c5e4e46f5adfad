"""Notifications by e-mail: to a user, to every admin, or to the owners of an account.

Each is written in the language of its reader and joins the running transaction. It waits in the
outbox; the next tick wakes the mail worker.
"""

from collections.abc import Callable

from sqlalchemy import select

from promosms.db import row_security
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import Role, User
from promosms.services.mail.emails import EmailText
from promosms.services.mail.outbox import queue_email


def tell_user(
    user: User,
    write: Callable[[], EmailText],
    address: str = "",
    of_replies: tuple[int, int] | None = None,
) -> None:
    """Write to a user, or to another address of this user; `of_replies` as in `queue_email`."""
    with force_locale(user.language):
        subject, body = write()
    queue_email(address or user.email, subject, body, user.account_id, of_replies=of_replies)


def tell_admins(write: Callable[[], EmailText], except_for: str = "") -> None:
    """Write to every admin of the installation, except for the one with this public id."""
    admins = select(User).where(User.role == Role.ADMIN, User.public_id != except_for)
    with row_security.bypass("admins belong to no account"):
        for admin in db.session.scalars(admins.order_by(User.id)):
            tell_user(admin, write)


def tell_owner(
    account_id: int, write: Callable[[], EmailText], of_replies: tuple[int, int] | None = None
) -> None:
    """Write to the owners of an account; `of_replies` as in `queue_email`."""
    owners = select(User).where(User.account_id == account_id, User.role == Role.OWNER)
    for owner in db.session.scalars(owners):
        tell_user(owner, write, of_replies=of_replies)
