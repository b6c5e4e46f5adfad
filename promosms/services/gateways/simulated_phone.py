"""The simulated phone: what the simulated network delivered, and replies to it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways.simulator import OUTCOMES
from promosms.gateways.simulator_store import Shown, SimulatorStore
from promosms.lib.keyed_hash import keyed_hash
from promosms.lib.pages import HIGHEST
from promosms.models import Email, Message
from promosms.services.installation import defaults
from promosms.settings import instance_file, settings
from promosms.sms.senders import spelling
from promosms.urls import public_address

__all__ = [
    "OUTCOMES",
    "available",
    "conversations",
    "email",
    "emails",
    "forget_account",
    "is_key",
    "is_pass",
    "link",
    "new_pass",
    "reply",
    "gateway_settings",
    "texts",
]
CHUNK = 5000
PATH = "/phone/open/"
HEX = 32  # letters of a key: 128 bits
_stores: dict[Path, SimulatorStore] = {}


def available() -> bool:
    """Is the simulator the only gateway? Never in production."""
    return not settings.production and defaults.simulator_only()


def link() -> str:
    """The address that opens the phone, for the terminal of the person who started PromoSMS.

    It works as long as the installation has its secret key. Never write it to a log.
    """
    return public_address(PATH + _key())


def is_key(text: str) -> bool:
    """Is this the key at the end of the link?"""
    return _equal(text, _key())


def new_pass() -> str:
    """What a browser keeps that has come by the link; it is not the key itself."""
    return keyed_hash("simulated phone: pass")[:HEX]


def is_pass(text: str) -> bool:
    """Has this browser come by the link?"""
    return _equal(text, new_pass())


def gateway_settings() -> Mapping[str, Any]:
    """What the simulator's adapter and its store need."""
    key = hashlib.sha256(b"simulator:" + settings.secret_key.encode()).digest()
    return {
        "path": instance_file("simulator", "network.sqlite3"),
        "key": base64.urlsafe_b64encode(key),
        "receipt_seconds": settings.simulator_receipt_seconds,
    }


def store() -> SimulatorStore:
    """The store of the simulated network, opened once per process."""
    store_settings = gateway_settings()
    path: Path = store_settings["path"]
    if path not in _stores or _stores[path].gone():
        _stores[path] = SimulatorStore(path, store_settings["key"])
    return _stores[path]


def texts(number: str = "", limit: int = 50) -> list[Shown]:
    """The texts on a phone, or on all phones; the newest first."""
    return store().shown(number, limit)


def conversations(limit: int = 50) -> list[Shown]:
    """The newest text on each phone, the newest first."""
    return store().conversations(limit)


def emails(limit: int = 50) -> Sequence[Email]:
    """The e-mails that were not sent to a server, the newest first."""
    return db.session.scalars(select(Email).order_by(Email.id.desc()).limit(limit)).all()


def email(email_id: int) -> Email | None:
    """One of these e-mails."""
    return db.session.get(Email, email_id) if 0 < email_id <= HIGHEST else None


def reachable(number: str) -> list[str]:
    """To whom a phone can write: those who have texted it, and the number of this installation.

    The latest first; none if nobody has, and the texts come from a name.
    """
    ends = [text.other for text in texts(number)]
    shown = defaults.default_route().sender
    return list(dict.fromkeys([*ends, *([shown] if spelling.number(shown) else [])]))


def reply(number: str, to: str, text: str) -> None:
    """The person with this number answers, or writes first."""
    store().reply(number, to, text[:1000])


def forget_account(account_id: int) -> bool:
    """Erase the texts of an account from the store; call it before its messages are deleted.

    False while a reader of the file prevents it.
    """
    if not gateway_settings()["path"].exists():
        return True
    last = 0
    memory = store()
    if memory.empty():
        return memory.overwrite()
    while True:
        rows = db.session.execute(
            select(Message.id, Message.phone)
            .where(Message.account_id == account_id, Message.id > last)
            .order_by(Message.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            break
        memory.forget([str(row.id) for row in rows], [row.phone for row in rows])
        last = rows[-1].id
    return memory.overwrite()


def _key() -> str:
    return keyed_hash("simulated phone: key")[:HEX]


def _equal(text: str, secret: str) -> bool:
    """The comparison takes equally long wherever they differ."""
    return hmac.compare_digest(text.encode(errors="replace"), secret.encode())
