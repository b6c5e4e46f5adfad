"""The journal of erasures: a file next to the database that survives the restore of a backup.

After a restore everything in the journal is erased again. A line is a time, a kind, and either the
random id of an account or a keyed hash: of the random ids of an account and one of its recipients,
or of the random id of an account and a number. None identifies a person without the key of the
installation. The line is on the disk before the first row is deleted. Back the journal up
separately from the database.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from promosms.models import now
from promosms.settings import instance_file, settings


class Kind(StrEnum):
    """What was erased."""

    ACCOUNT = "account"
    RECIPIENT = "recipient"
    NUMBER = "number"
    """Only what was stored until then: the person may have come back since."""


class JournalRow(NamedTuple):
    """When what was erased; `name` is the id of an account, or the hash of a person."""

    at: datetime
    kind: Kind
    name: str


def file() -> Path:
    """The path of the journal."""
    return instance_file("erased", "journal")


def note(kind: Kind, names: Iterable[str]) -> None:
    """Note what is about to be erased, once; it is on the disk when this returns."""
    noted = {(row.kind, row.name) for row in rows()}
    _append([(kind, name) for name in names if (kind, name) not in noted])


def note_person(account: str, number: str, recipients: Iterable[str]) -> None:
    """Note a number that is about to be erased, each time, and the recipients who had it.

    All are public ids but the number. It is on the disk when this returns.
    """
    names = [(Kind.RECIPIENT, recipient_name(account, recipient)) for recipient in recipients]
    _append([(Kind.NUMBER, number_name(account, number)), *names])


def _append(names: Sequence[tuple[Kind, str]]) -> None:
    if not names:
        return
    path = file()
    text = "".join(f"{_moment(kind)} {kind} {name}\n" for kind, name in names)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    _sync_folder(path.parent)


def rows() -> list[JournalRow]:
    """The rows of the journal; incomplete lines, as after a power cut, are left out."""
    path = file()
    if not path.exists():
        return []
    parsed = (_parse(line) for line in path.read_text(errors="replace").splitlines())
    return [row for row in parsed if row is not None]


def recipient_name(account: str, recipient: str) -> str:
    """The name of a recipient in the journal: HMAC-SHA256 of both public ids."""
    return _hashed(f"{account}:{recipient}")


def number_name(account: str, number: str) -> str:
    """The name of a number (E.164) in the journal: HMAC-SHA256 of it and the account's id."""
    return _hashed(f"{account}:number:{number}")


def _hashed(text: str) -> str:
    key = hashlib.sha256(b"erasure journal:" + settings.secret_key.encode()).digest()
    return hmac.digest(key, text.encode(), "sha256").hex()


def _moment(kind: Kind) -> str:
    """Of accounts only the day: the moment could be compared with other records."""
    moment = now()
    if kind is Kind.ACCOUNT:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment.isoformat(timespec="microseconds")


def _parse(text: str) -> JournalRow | None:
    try:
        moment, kind, name = text.split()
        return JournalRow(datetime.fromisoformat(moment), Kind(kind), name)
    except ValueError:
        return None


def _sync_folder(folder: Path) -> None:
    """A new file survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
