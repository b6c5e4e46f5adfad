"""Requests that are done once, however often they come: those with an idempotency key.

The note that a request was done is part of the transaction that does it, so one is never there
without the other. What came of it is stored as a name such as "message:17", and the answer is
written anew from that.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.statements import delete_rows
from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import ApiRequest, now

LONGEST = 255
"""Characters of a key."""


class InProgress(Exception):
    """A request with this key is being done at this moment."""


class OtherRequest(Exception):
    """The key was used before, with another method, path or body."""


class AlreadyDone(Exception):
    """The same request was done before; `result` says what came of it."""

    def __init__(self, result: str) -> None:
        super().__init__(result)
        self.result = result


@dataclass(frozen=True)
class Once:
    """A request with a key: of an account, in the sandbox or not. Both texts are hashes."""

    account_id: int
    sandbox: bool
    key_hash: str
    fingerprint: str


_busy: set[tuple[int, bool, str]] = set()
_guard = threading.Lock()


def once(account_id: int, key: str, request: bytes, *, sandbox: bool) -> Once:
    """Name a request; `request` is everything that makes it another one."""
    digest = hashlib.sha256(request).hexdigest()
    return Once(
        account_id,
        sandbox,
        keyed_hash("idempotency key", str(account_id), key),
        keyed_hash("idempotent request", str(account_id), digest),
    )


@contextmanager
def alone(one: Once | None) -> Iterator[None]:
    """Do a request while no other one with its key is done in this process.

    Raises InProgress. `begin` sees those of other processes.
    """
    if one is None:
        yield
        return
    name = one.account_id, one.sandbox, one.key_hash
    with _guard:
        if name in _busy:
            raise InProgress
        _busy.add(name)
    try:
        yield
    finally:
        with _guard:
            _busy.discard(name)


def begin(session: Session, one: Once | None) -> None:
    """At the beginning of the transaction that does a request: was it done before?

    Raises InProgress, AlreadyDone and OtherRequest. Another process that does it meanwhile holds
    a lock on PostgreSQL; SQLite has one writer, so it is done or not begun.
    """
    if one is None:
        return
    if not on_sqlite():
        lock = int(one.key_hash[:15], 16) ^ one.account_id
        if not session.scalar(select(func.pg_try_advisory_xact_lock(lock))):
            raise InProgress
    done = _find(one)
    if done is not None:
        raise AlreadyDone(done)


def _find(one: Once) -> str | None:
    """What came of the request when it was done; None if it was not. Raises OtherRequest."""
    columns = (ApiRequest.id, ApiRequest.fingerprint, ApiRequest.result, ApiRequest.created_at)
    query = select(*columns).where(
        ApiRequest.account_id == one.account_id,
        ApiRequest.sandbox == one.sandbox,
        ApiRequest.key_hash == one.key_hash,
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    if row.created_at <= now() - ApiRequest.retention.limit:
        # Too old to count, and not deleted yet.
        db.session.execute(delete_rows(ApiRequest).where(ApiRequest.id == row.id))
        return None
    if row.fingerprint != one.fingerprint:
        raise OtherRequest
    return str(row.result)


def finish(session: Session, one: Once | None, result: str) -> None:
    """Note what came of the request, in the transaction that has done it."""
    if one is not None:
        session.add(
            ApiRequest(
                account_id=one.account_id,
                sandbox=one.sandbox,
                key_hash=one.key_hash,
                fingerprint=one.fingerprint,
                result=result,
            )
        )
        session.flush()
