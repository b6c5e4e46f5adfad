"""What the simulated network remembers: the texts it took, receipts due, replies on the way.

A small SQLite file of its own, so that the web process can show it, a killed worker loses
nothing that was "in the network", and tests have an independent witness. Bodies are sealed:
system passwords pass through here.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken

SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, own TEXT NOT NULL, sender TEXT NOT NULL, phone TEXT NOT NULL,
    body BLOB NOT NULL, parts INTEGER NOT NULL, outcome TEXT NOT NULL, accepted_at REAL NOT NULL,
    receipt_at REAL, receipt_status TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS texts_due ON texts (receipt_at) WHERE receipt_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS texts_phone ON texts (phone, id);
CREATE INDEX IF NOT EXISTS texts_own ON texts (own);
CREATE TABLE IF NOT EXISTS replies (
    id INTEGER PRIMARY KEY, phone TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL,
    written_at REAL NOT NULL, taken INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refused (own TEXT PRIMARY KEY);
"""


class Taken(NamedTuple):
    """A text as the network took it."""

    own: str
    sender: str
    phone: str
    body: str
    parts: int
    outcome: str
    receipt_at: float | None
    receipt_status: str


class Place(NamedTuple):
    """The network's id of a text; not `new` if it had taken the text before."""

    number: int
    new: bool


class Shown(NamedTuple):
    """A text or a reply as the phone shows it; `mine` is what the recipient wrote."""

    phone: str
    other: str
    body: str
    at: float
    mine: bool
    outcome: str


class SimulatorStore:
    """The file, opened by one process; safe with any number of them."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.box = Fernet(key)
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, timeout=20, isolation_level=None)
        # The network survives kill -9 of its users without a sync: only a power cut would not.
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(SCHEMA)
        self.inode = path.stat().st_ino

    def gone(self) -> bool:
        """Has the file been removed or replaced since it was opened?"""
        return not self.path.exists() or self.path.stat().st_ino != self.inode

    def take(self, texts: Sequence[Taken], *, once: bool = False) -> list[Place]:
        """Remember texts in one transaction; those that are known already only if not `once`."""
        now = time.time()
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")
            places = []
            for text in texts:
                known = self._find(text.own) if once else None
                places.append(Place(known or self._insert(text, now), known is None))
            self.db.execute("COMMIT")
        return places

    def find(self, own: str) -> int | None:
        """The network's id of a text by our reference; None if it has not taken it."""
        with self.lock:
            return self._find(own)

    def refuse_once(self, own: str) -> bool:
        """True the first time it is asked about a text: the network is busy just then."""
        with self.lock:
            found = self.db.execute("INSERT OR IGNORE INTO refused (own) VALUES (?)", (own,))
            return found.rowcount == 1

    def due_receipts(self, limit: int = 1000) -> list[tuple[int, str, int, str]]:
        """Receipts whose time has come: id, our reference, parts, status."""
        with self.lock:
            return self.db.execute(
                "SELECT id, own, parts, receipt_status FROM texts"
                " WHERE receipt_at IS NOT NULL AND receipt_at <= ? ORDER BY receipt_at LIMIT ?",
                (time.time(), limit),
            ).fetchall()

    def receipted(self, ids: Iterable[int]) -> None:
        """These receipts have been acknowledged."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.executemany(
                "UPDATE texts SET receipt_at = NULL WHERE id = ?", [(i,) for i in ids]
            )
            self.db.execute("COMMIT")

    def reply(self, phone: str, number: str, text: str) -> None:
        """The recipient writes to one of our numbers."""
        with self.lock:
            self.db.execute(
                "INSERT INTO replies (phone, number, body, written_at) VALUES (?, ?, ?, ?)",
                (phone, number, self._seal(text), time.time()),
            )

    def new_replies(self, limit: int = 500) -> list[tuple[int, str, str, str]]:
        """Replies that were not handed over yet: id, phone, number, text."""
        with self.lock:
            rows = self.db.execute(
                "SELECT id, phone, number, body FROM replies WHERE taken = 0 ORDER BY id LIMIT ?",
                (limit,),
            ).fetchall()
        return [(i, phone, number, self._open(body)) for i, phone, number, body in rows]

    def replied(self, ids: Iterable[int]) -> None:
        """These replies have been acknowledged."""
        with self.lock:
            self.db.executemany("UPDATE replies SET taken = 1 WHERE id = ?", [(i,) for i in ids])

    def shown(self, phone: str = "", limit: int = 50) -> list[Shown]:
        """Texts and replies, the newest first; of one phone or of all."""
        where = "WHERE phone = ?" if phone else ""
        given = (phone,) if phone else ()
        with self.lock:
            rows = self.db.execute(
                f"SELECT phone, sender, body, accepted_at, 0, outcome FROM texts {where}"
                f" UNION ALL SELECT phone, number, body, written_at, 1, '' FROM replies {where}"
                " ORDER BY 4 DESC LIMIT ?",
                (*given, *given, limit),
            ).fetchall()
        return [
            Shown(number, other, self._open(body), at, bool(mine), outcome)
            for number, other, body, at, mine, outcome in rows
        ]

    def empty(self) -> bool:
        """Is nothing remembered, so that nobody need be looked for?"""
        with self.lock:
            query = "SELECT EXISTS (SELECT 1 FROM texts) + EXISTS (SELECT 1 FROM replies)"
            return not self.db.execute(query).fetchone()[0]

    def forget(self, owns: Sequence[str], phones: Sequence[str]) -> None:
        """Erase texts by our references, and replies of these phones."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.executemany("DELETE FROM texts WHERE own = ?", [(own,) for own in owns])
            self.db.executemany("DELETE FROM replies WHERE phone = ?", [(p,) for p in phones])
            self.db.execute("COMMIT")

    def forget_before(self, moment: float) -> None:
        """Erase what is older (seconds since 1970) and on its way no more."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(
                "DELETE FROM texts WHERE accepted_at < ? AND receipt_at IS NULL", (moment,)
            )
            self.db.execute("DELETE FROM replies WHERE written_at < ? AND taken = 1", (moment,))
            self.db.execute("COMMIT")

    def overwrite(self) -> bool:
        """Leave no erased byte in the file; False while a reader prevents it."""
        with self.lock:
            self.db.execute("VACUUM")
            busy, _, _ = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self.db.close()

    def _insert(self, text: Taken, now: float) -> int:
        row = (*text[:3], self._seal(text.body), *text[4:6], now, *text[6:])
        found = self.db.execute(
            "INSERT INTO texts (own, sender, phone, body, parts, outcome, accepted_at,"
            " receipt_at, receipt_status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return int(found.lastrowid or 0)

    def _find(self, own: str) -> int | None:
        query = "SELECT id FROM texts WHERE own = ? ORDER BY id LIMIT 1"
        found = self.db.execute(query, (own,)).fetchone()
        return found[0] if found else None

    def _seal(self, text: str) -> bytes:
        return self.box.encrypt(text.encode())

    def _open(self, body: bytes) -> str:
        try:
            return self.box.decrypt(body).decode()
        except InvalidToken:
            return "…"
