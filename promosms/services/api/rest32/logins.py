"""Who calls by PromoSMS REST 3.2: the e-mail of a person, and an API key as the password."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, Scope, User
from promosms.services.api import keys
from promosms.services.api.keys import Found
from promosms.services.api.rest32 import lock_out
from promosms.services.auth import rights

NOBODY = 0


class LockedOut(Exception):
    """There were too many wrong tries: nothing is let in for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WrongLogin(Exception):
    """Nobody has this e-mail and may use the key of this account, or the key has ended."""


def find(email: str, password: str, line: str, address: str) -> Found:
    """The key with its account; `line` is the network that counts, `address` an address in it.

    Raises LockedOut and WrongLogin. An unknown e-mail and a wrong password cost the same queries.
    A key that has ended proves that somebody had it, so it is no guess and not counted: a plug-in
    that was forgotten locks out no other. And a key that works only in networks of its own is let
    in from there however often strangers try the e-mail of its user.
    """
    email = email.strip().lower()[:254]
    here, theirs = f"line {line}", f"email {email}"
    locked = max(lock_out.seconds_left(here), 0), max(lock_out.seconds_left(theirs), 0)
    known = keys.find(password)
    key = None if known is None else known.key
    right = _may_send(email, NOBODY if key is None else key.account_id) and key is not None
    expected = right and key is not None and _comes_from_its_networks(key, address)
    if locked[0] or (locked[1] and not expected):
        raise LockedOut(max(locked))
    if not right or known is None:
        lock_out.count((here, theirs))
        raise WrongLogin
    if not keys.works(known.key):
        raise WrongLogin
    return known


def _may_send(email: str, account_id: int) -> bool:
    query = select(User.role).where(User.email == email, User.account_id == account_id)
    return rights.may_use(db.session.scalar(query), Scope.SEND)


def _comes_from_its_networks(key: ApiKey, address: str) -> bool:
    return bool(keys.networks_of(key)) and keys.may_come_from(key, address)
