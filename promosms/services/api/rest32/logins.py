"""Who calls by PromoSMS REST 3.2: the e-mail of an owner, and an API key as the password."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, Role, User
from promosms.services.api import keys
from promosms.services.api.keys import Found
from promosms.services.api.rest32 import lock_out

NOBODY = 0


class LockedOut(Exception):
    """There were too many wrong tries: nothing is let in for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WrongLogin(Exception):
    """No owner has this e-mail and this key, or the key does not work any more."""


def find(email: str, password: str, line: str, address: str) -> Found:
    """The key with its account; `line` is the network that counts, `address` an address in it.

    Raises LockedOut and WrongLogin. An unknown e-mail and a wrong password cost the same queries.
    A key that has ended proves that somebody had it, so it is no guess and not counted: a plug-in
    that was forgotten locks out no other. And a key that works only in networks of its own is let
    in from there however often strangers try the e-mail of its owner.
    """
    email = email.strip().lower()[:254]
    here, theirs = f"line {line}", f"email {email}"
    locked = max(lock_out.seconds_left(here), 0), max(lock_out.seconds_left(theirs), 0)
    known = keys.find(password)
    key = None if known is None else known.key
    right = _is_owner(email, NOBODY if key is None else key.account_id) and key is not None
    expected = right and key is not None and _comes_from_its_networks(key, address)
    if locked[0] or (locked[1] and not expected):
        raise LockedOut(max(locked))
    if not right or known is None:
        lock_out.count((here, theirs))
        raise WrongLogin
    if not keys.works(known.key):
        raise WrongLogin
    return known


def _is_owner(email: str, account_id: int) -> bool:
    query = select(User.id).where(
        User.email == email, User.account_id == account_id, User.role == Role.OWNER
    )
    return db.session.scalar(query) is not None


def _comes_from_its_networks(key: ApiKey, address: str) -> bool:
    return bool(keys.networks_of(key)) and keys.may_come_from(key, address)
