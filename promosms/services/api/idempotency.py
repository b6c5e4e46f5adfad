"""Requests that are done once, however often they come: those with an idempotency key.

The note that a request was done is part of the transaction that does it, so one is never there
without the other. What came of it is stored as a name such as "message:17", and the answer is
written anew from that.
"""

import hashlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from promosms.db import advisory_locks, bulk
from promosms.db.statements import delete_rows
from promosms.db.transactions import on_sqlite, transaction
from promosms.db.upsert_rows import insert_rows
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import ApiRequest, now, table_of

LONGEST = 255
"""Characters of a key."""
Name = tuple[int, bool, str]
"""Account, sandbox, hash of the key."""
Done = Row[Any, Any, Any, Any, Any, Any, Any]
"""The name, then id, fingerprint, result and time."""
DONE = table_of(ApiRequest)
COLUMNS = ("account_id", "sandbox", "key_hash", "fingerprint", "result", "created_at")


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

    @property
    def name(self) -> Name:
        """What no other request has."""
        return self.account_id, self.sandbox, self.key_hash


_busy: set[Name] = set()
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
    with _guard:
        if one.name in _busy:
            raise InProgress
        _busy.add(one.name)
    try:
        yield
    finally:
        with _guard:
            _busy.discard(one.name)


def begin(session: Session, one: Once | None) -> None:
    """At the beginning of the transaction that does a request: was it done before?

    Raises InProgress, AlreadyDone and OtherRequest. Another process that does it meanwhile holds
    a lock on PostgreSQL; SQLite has one writer, so it is done or not begun.
    """
    [error] = begin_all(session, [one])
    if error is not None:
        raise error


def check(one: Once | None) -> None:
    """As `begin`, before the body of a request is read: a time that was to come may be over."""
    if one is not None:
        with transaction() as session:
            begin(session, one)


def begin_all(session: Session, ones: Sequence[Once | None]) -> list[Exception | None]:
    """As `begin`, for requests that are done in one transaction: what it would raise for each."""
    named = {one.name: one for one in ones if one is not None}
    if not named:
        return [None] * len(ones)
    free = _locked(session, named.values())
    done = _find(session, named.values())
    return [None if one is None else _error(one, free, done) for one in ones]


def _locked(session: Session, ones: Iterable[Once]) -> set[Name]:
    """Those that no other process does at this moment, nor begins until the transaction ends."""
    by_lock = {int(one.key_hash[:15], 16) ^ one.account_id: one.name for one in ones}
    return {by_lock[found] for found in advisory_locks.try_all(session, by_lock)}


def _find(session: Session, ones: Collection[Once]) -> dict[Name, Done]:
    """Those that were done, and not so long ago that it does not count any more."""
    asked = {
        "accounts": sorted({one.account_id for one in ones}),
        "hashes": sorted({one.key_hash for one in ones}),
    }
    found: dict[Name, Done] = {}
    old = []
    for row in session.connection().execute(_done(on_sqlite()), asked):
        if row.created_at > now() - ApiRequest.retention.limit:
            found[row.account_id, row.sandbox, row.key_hash] = row
        else:
            old.append(row.id)  # and not deleted yet
    if old:
        session.execute(delete_rows(ApiRequest).where(ApiRequest.id.in_(old)))
    return found


@cache
def _done(_sqlite: bool) -> Select[Any]:
    name = (DONE.c.account_id, DONE.c.sandbox, DONE.c.key_hash)
    return select(*name, DONE.c.id, DONE.c.fingerprint, DONE.c.result, DONE.c.created_at).where(
        bulk.among(DONE.c.account_id, "accounts"), bulk.among_names(DONE.c.key_hash, "hashes")
    )


def _error(one: Once, free: Collection[Name], done: Mapping[Name, Done]) -> Exception | None:
    if one.name not in free:
        return InProgress()
    row = done.get(one.name)
    if row is None:
        return None
    return AlreadyDone(row.result) if row.fingerprint == one.fingerprint else OtherRequest()


def finish(session: Session, one: Once | None, result: str) -> None:
    """Note what came of the request, in the transaction that has done it."""
    if one is not None:
        finish_all(session, [(one, result)])


def finish_all(session: Session, results: Sequence[tuple[Once, str]]) -> None:
    """Note what came of each of these requests, in the transaction that has done them."""
    moment = now()
    rows = [(*one.name, one.fingerprint, result, moment) for one, result in results]
    insert_rows(session, DONE, COLUMNS, rows)
