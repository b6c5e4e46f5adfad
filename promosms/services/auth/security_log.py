"""What the security log knows of users: the pseudonym of their account, and nothing else."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.lib import pseudonyms
from promosms.logs import security
from promosms.models import User

ADMIN = "admin"
"""The code of lines about a user without an account."""


def note(event: str, user: User | None, code: str = "") -> None:
    """Add a line about a user, or about nobody who is known."""
    account = pseudonyms.of(user.account_id) if user and user.account_id else ""
    security.note(event, account, code or (ADMIN if user and not user.account_id else ""))


def note_address(event: str, email: str) -> None:
    """Add a line about whoever has this address; it takes as long if nobody has."""
    query = select(User.account_id).where(User.email == email.strip().lower())
    account_id = db.session.scalar(query)
    account = pseudonyms.of(account_id or 0)
    security.note(event, account if account_id else "")
