"""Pseudonyms: what an account is called in logs.

Made with a key of the account's own, which goes with its row: afterwards nobody, not even the
operator, can tell any more which account a line was about.
"""

import hashlib
import hmac

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account

GONE = "gone"
LENGTH = 12


def of(account_id: int) -> str:
    """The pseudonym of an account, "gone" if it has left."""
    key = db.session.scalar(select(Account.log_key).where(Account.id == account_id))
    if not key:
        return GONE
    return hmac.new(key.encode(), b"log", hashlib.sha256).hexdigest()[:LENGTH]
