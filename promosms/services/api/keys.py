"""API keys: made, replaced and revoked by an owner, and found by their token.

The token itself is shown once and not stored.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiKey, Revoked, Scope, User, now, table_of
from promosms.services.api import emails, tokens
from promosms.services.audit import log as audit_log
from promosms.services.mail.notify import tell_owner

MOST = 20
"""So many keys of an account work at the same time."""
OVERLAP = timedelta(hours=24)
"""So long a key still works that was replaced."""


class NameTaken(Exception):
    """The account has a key with this name that works."""


class TooMany(Exception):
    """The account has as many keys as it may have."""


class AlreadyReplaced(Exception):
    """A newer key has come in the place of this one."""


@dataclass(frozen=True)
class Wish:
    """What a new key shall be. Without networks (CIDR) it works from everywhere."""

    name: str
    scopes: Sequence[Scope]
    sandbox: bool = False
    networks: Sequence[str] = ()
    expires_at: datetime | None = None


class Found(NamedTuple):
    """A key, the status of its account, and the role of whoever has made it.

    The role is None if this person has left.
    """

    key: ApiKey
    status: str
    role: str | None


# Built once: it is asked with every request.
KEYS = table_of(ApiKey)
_WITH_ACCOUNT = (
    select(*KEYS.c, Account.status, User.role)
    .join(Account, Account.id == ApiKey.account_id)
    .outerjoin(User, (User.public_id == ApiKey.created_by) & (User.account_id == Account.id))
    .where(ApiKey.secret_hash.in_(bindparam("digests", expanding=True)))
)


def make(account_id: int, wish: Wish, actor: str) -> tuple[ApiKey, str]:
    """A new key and its token; raises NameTaken and TooMany."""
    with transaction() as session:
        # Two requests at once would each see fewer than the limit.
        account = session.get_one(Account, account_id, with_for_update=True)
        working = working_keys(account_id)
        if any(key.name == wish.name for key in working):
            raise NameTaken
        if len(working) >= MOST:
            raise TooMany
        key, token = _new(account_id, wish, actor)
        session.add(key)
        session.flush()
        audit_log.record(actor, "api_key.make", account.public_id, key.shown)
        return key, token


def replace(key: ApiKey, actor: str) -> tuple[ApiKey, str]:
    """A new key with the same rights; the old one works for a day, so that nothing stands still.

    Raises LookupError if the old one does not work any more, and AlreadyReplaced on a second click.
    """
    with transaction() as session:
        account = session.get_one(Account, key.account_id, with_for_update=True)
        session.refresh(key, with_for_update=True)
        if not works(key):
            raise LookupError(key.shown)
        newer = exists().where(
            ApiKey.account_id == key.account_id, ApiKey.name == key.name, ApiKey.id > key.id
        )
        if session.scalar(select(newer)):
            raise AlreadyReplaced(key.shown)
        end = now() + OVERLAP
        wish = Wish(key.name, scopes_of(key), key.sandbox, networks_of(key), key.expires_at)
        successor, token = _new(key.account_id, wish, actor)
        key.expires_at = min(key.expires_at or end, end)
        session.add(successor)
        session.flush()
        audit_log.record(actor, "api_key.replace", account.public_id, key.shown)
        return successor, token


def revoke(key: ApiKey, actor: str) -> None:
    """Let a key work no more from now on."""
    with transaction() as session:
        account = session.get_one(Account, key.account_id)
        if _end(session, key.id, Revoked.BY_HAND):
            audit_log.record(actor, "api_key.revoke", account.public_id, key.shown)


def revoke_exposed(token: str = "", *, digest: str = "") -> ApiKey | None:
    """Revoke a key that stood in an address, and tell its owner; None if there is no such key.

    It is named by its token, or by the SHA-256 of that.
    """
    key = _of_digest(digest) if digest else _stored(token)
    if key is None:
        return None
    with transaction() as session:
        account = session.get_one(Account, key.account_id)
        if _end(session, key.id, Revoked.IN_ADDRESS):
            audit_log.record("system", "api_key.revoke_exposed", account.public_id, key.shown)
            tell_owner(key.account_id, lambda: emails.in_address(key))
    return key


def note_unencrypted(token: str = "", *, digest: str = "") -> ApiKey | None:
    """Note that a key came over an unencrypted connection, and tell its owner the first time.

    It is named as in `revoke_exposed`.
    """
    key = _of_digest(digest) if digest else _stored(token)
    if key is None:
        return None
    with transaction() as session:
        account = session.get_one(Account, key.account_id)
        first = session.execute(
            update_rows(ApiKey)
            .where(ApiKey.id == key.id, ApiKey.exposed_at.is_(None), ApiKey.revoked_at.is_(None))
            .values(exposed_at=now())
            .returning(ApiKey.id)
        ).all()
        if first:
            audit_log.record("system", "api_key.exposed", account.public_id, key.shown)
            tell_owner(key.account_id, lambda: emails.unencrypted(key))
    return key


def find(token: str) -> Found | None:
    """The key of a token with its account, whether it works or not; its use is noted once a day.

    Both are read anew for every request, so a key that was revoked works no more at once. The key
    is in no session: it stays as it was read.
    """
    if not tokens.is_complete(token):
        return None
    found = _read(db.session.connection(), {digest_of(token)})
    _note_use(found)
    return next(iter(found), None)


def find_all(complete: Sequence[str]) -> list[Found | None]:
    """As `find`, for several tokens that are complete."""
    digests = [digest_of(token) for token in complete]
    with row_security.unrestricted("who calls is not known yet") as connection:
        rows = _read(connection, {*digests})
    _note_use(rows)
    found = {row.key.secret_hash: row for row in rows}
    return [found.get(digest) for digest in digests]


def _read(connection: Connection, digests: Collection[str]) -> list[Found]:
    rows = connection.execute(_WITH_ACCOUNT, {"digests": sorted(digests)})
    return [
        Found(ApiKey(**dict(zip(KEYS.c.keys(), key, strict=True))), status, role)
        for *key, status, role in rows
    ]


def _note_use(found: Iterable[Found]) -> None:
    today = now().date()
    ids = [key.id for key, *_ in found if works(key) and key.last_used_on != today]
    if ids:
        with transaction() as session:
            session.execute(
                update_rows(ApiKey).where(ApiKey.id.in_(sorted(ids))).values(last_used_on=today)
            )


def name_of(key_id: int) -> str:
    """The name of a key; empty if there is none."""
    return db.session.scalar(select(ApiKey.name).where(ApiKey.id == key_id)) or ""


def works(key: ApiKey) -> bool:
    """Is it neither revoked nor over?"""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


def may_come_from(key: ApiKey, address: str) -> bool:
    """May the key be used from this IP address?"""
    networks = networks_of(key)
    if not networks:
        return True
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return any((mapped or caller) in ip_network(network) for network in networks)


def scopes_of(key: ApiKey) -> list[Scope]:
    """What the key may be used for."""
    return [scope for scope in Scope if scope in key.scopes.split(",")]


def networks_of(key: ApiKey) -> list[str]:
    """From where it may be used, as CIDR; empty for everywhere."""
    return [network for network in key.networks.split(",") if network]


def of_account(account_id: int) -> list[ApiKey]:
    """All keys of an account, the newest first."""
    query = select(ApiKey).where(ApiKey.account_id == account_id)
    return list(db.session.scalars(query.order_by(ApiKey.id.desc())))


def replaced(newest_first: Iterable[ApiKey]) -> set[int]:
    """The ids of those keys of an account that were replaced.

    While a key works no other one is made with its name, so one that is newer came in its place.
    """
    newer: dict[str, ApiKey] = {}
    found = set()
    for key in newest_first:
        successor = newer.get(key.name)
        if successor is not None and successor.created_at < (_ended_at(key) or now()):
            found.add(key.id)
        newer[key.name] = key
    return found


def working_keys(account_id: int) -> list[ApiKey]:
    """The keys of an account that work, with those that were replaced and still do."""
    moment = now()
    query = select(ApiKey).where(
        ApiKey.account_id == account_id,
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > moment),
    )
    return list(db.session.scalars(query.order_by(ApiKey.id.desc())))


def number_working(account_id: int) -> int:
    """How many keys of an account work."""
    query = select(func.count()).where(
        ApiKey.account_id == account_id,
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now()),
    )
    return db.session.scalar(query) or 0


def _ended_at(key: ApiKey) -> datetime | None:
    ends = [moment for moment in (key.revoked_at, key.expires_at) if moment is not None]
    return min(ends, default=None)


def _stored(token: str) -> ApiKey | None:
    return _of_digest(digest_of(token)) if tokens.is_complete(token) else None


def _of_digest(digest: str) -> ApiKey | None:
    return db.session.scalar(select(ApiKey).where(ApiKey.secret_hash == digest))


def digest_of(token: str) -> str:
    """SHA-256: of 190 random bits it cannot be turned back (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new(account_id: int, wish: Wish, actor: str) -> tuple[ApiKey, str]:
    made = tokens.new(sandbox=wish.sandbox)
    key = ApiKey(
        account_id=account_id,
        name=wish.name,
        secret_hash=digest_of(made.token),
        shown=made.shown,
        scopes=",".join(_in_order(wish.scopes)),
        sandbox=wish.sandbox,
        networks=",".join(wish.networks),
        created_by=actor,
        expires_at=wish.expires_at,
    )
    return key, made.token


def _in_order(scopes: Iterable[Scope]) -> list[Scope]:
    chosen = set(scopes)
    return [scope for scope in Scope if scope in chosen]


def _end(session: Session, key_id: int, why: Revoked) -> bool:
    """Revoke a key; False if it was revoked before."""
    ended = session.execute(
        update_rows(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_why=why)
        .returning(ApiKey.id)
    ).all()
    return bool(ended)
