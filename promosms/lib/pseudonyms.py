"""Pseudonyms: the names of accounts in logs.

They are made with a key in the account's row. After its deletion nobody, not even the operator, can
assign a line to an account.
"""

import hashlib
import hmac

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account

GONE = "gone"
LENGTH = 12


def of(account_id: int) -> str:
    """The pseudonym of an account, "gone" if it was deleted."""
    key = db.session.scalar(select(Account.log_key).where(Account.id == account_id))
    if not key:
        return GONE
    return hmac.new(key.encode(), b"log", hashlib.sha256).hexdigest()[:LENGTH]
