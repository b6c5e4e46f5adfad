"""The store of the simulated network: texts that it took, due receipts, new replies.

A small separate SQLite file: the web process can show it, a killed worker loses nothing that is in
the network, and tests can compare it. Bodies are encrypted, because they may have passwords.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken

SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, our_reference TEXT NOT NULL, sender TEXT NOT NULL, phone TEXT NOT NULL,
    body BLOB NOT NULL, parts INTEGER NOT NULL, outcome TEXT NOT NULL, accepted_at REAL NOT NULL,
    receipt_at REAL, receipt_status TEXT NOT NULL DEFAULT '', flash INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS texts_due ON texts (receipt_at) WHERE receipt_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS texts_phone ON texts (phone, id);
CREATE INDEX IF NOT EXISTS texts_our_reference ON texts (our_reference);
CREATE TABLE IF NOT EXISTS replies (
    id INTEGER PRIMARY KEY, phone TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL,
    written_at REAL NOT NULL, taken INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refused (our_reference TEXT PRIMARY KEY);
"""

LATEST = (
    "SELECT * FROM (SELECT phone, sender AS other, body, accepted_at AS at, 0 AS mine, outcome,"
    " flash"
    " FROM texts {0} ORDER BY id DESC LIMIT ?) UNION ALL"
    " SELECT * FROM (SELECT phone, number, body, written_at, 1, '', 0"
    " FROM replies {0} ORDER BY id DESC LIMIT ?)"
)
RECENT = 1000  # texts, and as many replies, among which conversations are looked for


class Taken(NamedTuple):
    """A text as the network took it."""

    our_reference: str
    sender: str
    phone: str
    body: str
    parts: int
    outcome: str
    receipt_at: float | None
    receipt_status: str
    flash: bool = False


class Place(NamedTuple):
    """The id of a text in the network; not `new` if it was taken before."""

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
    flash: bool = False


class SimulatorStore:
    """The file, opened by one process; safe with any number of them."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.box = Fernet(key)
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False, timeout=20, isolation_level=None)
        # Without sync the file survives kill -9 of its users, but not a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(SCHEMA)
        with suppress(sqlite3.OperationalError):  # a store of before flash texts has no column
            self.db.execute("ALTER TABLE texts ADD COLUMN flash INTEGER NOT NULL DEFAULT 0")
        self.inode = path.stat().st_ino

    def gone(self) -> bool:
        """Has the file been removed or replaced since it was opened?"""
        return not self.path.exists() or self.path.stat().st_ino != self.inode

    def take(self, texts: Sequence[Taken], *, once: bool = False) -> list[Place]:
        """Store texts in one transaction; with `once` those with a new reference only."""
        now = time.time()
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")
            places = []
            for text in texts:
                number = self._find(text.our_reference) if once else None
                places.append(Place(number or self._insert(text, now), number is None))
            self.db.execute("COMMIT")
        return places

    def find(self, our_reference: str) -> int | None:
        """The id of a text by our reference; None if it was not taken."""
        with self.lock:
            return self._find(our_reference)

    def refuse_once(self, our_reference: str) -> bool:
        """True the first time for a text: the network is busy then."""
        with self.lock:
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO refused (our_reference) VALUES (?)", (our_reference,)
            )
            return cursor.rowcount == 1

    def due_receipts(self, limit: int = 1000) -> list[tuple[int, str, int, str]]:
        """Receipts whose time has come: id, our reference, parts, status."""
        with self.lock:
            return self.db.execute(
                "SELECT id, our_reference, parts, receipt_status FROM texts"
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
        of = (phone,) if phone else ()
        return self._read(
            f"{LATEST.format('WHERE phone = ?' if phone else '')} ORDER BY 4 DESC LIMIT ?",
            (*of, limit, *of, limit, limit),
        )

    def conversations(self, limit: int = 50) -> list[Shown]:
        """The newest text or reply of each of the phones that had one last, the newest first.

        It reads the ends of the tables only: a large campaign makes it no slower.
        """
        return self._read(
            # Of the row with the maximum.
            "SELECT phone, other, body, max(at), mine, outcome, flash"
            f" FROM ({LATEST.format('')}) GROUP BY phone ORDER BY 4 DESC LIMIT ?",
            (RECENT, RECENT, limit),
        )

    def empty(self) -> bool:
        """Is the store empty?"""
        with self.lock:
            query = "SELECT EXISTS (SELECT 1 FROM texts) + EXISTS (SELECT 1 FROM replies)"
            return not self.db.execute(query).fetchone()[0]

    def forget(self, our_references: Sequence[str], phones: Sequence[str]) -> None:
        """Erase texts by our references, and replies of these phones."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.executemany(
                "DELETE FROM texts WHERE our_reference = ?",
                [(our_reference,) for our_reference in our_references],
            )
            self.db.executemany("DELETE FROM replies WHERE phone = ?", [(p,) for p in phones])
            self.db.execute("COMMIT")

    def forget_before(self, moment: float) -> None:
        """Erase what is older (seconds since 1970), except due receipts and new replies."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute(
                "DELETE FROM texts WHERE accepted_at < ? AND receipt_at IS NULL", (moment,)
            )
            self.db.execute("DELETE FROM replies WHERE written_at < ? AND taken = 1", (moment,))
            self.db.execute("COMMIT")

    def overwrite(self) -> bool:
        """Overwrite erased bytes in the file; False while a reader prevents it."""
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
        cursor = self.db.execute(
            "INSERT INTO texts (our_reference, sender, phone, body, parts, outcome, accepted_at,"
            " receipt_at, receipt_status, flash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return int(cursor.lastrowid or 0)

    def _find(self, our_reference: str) -> int | None:
        query = "SELECT id FROM texts WHERE our_reference = ? ORDER BY id LIMIT 1"
        row = self.db.execute(query, (our_reference,)).fetchone()
        return row[0] if row else None

    def _read(self, query: str, parameters: Sequence[object]) -> list[Shown]:
        with self.lock:
            rows = self.db.execute(query, parameters).fetchall()
        return [
            Shown(number, other, self._open(body), at, bool(mine), outcome, bool(flash))
            for number, other, body, at, mine, outcome, flash in rows
        ]

    def _seal(self, text: str) -> bytes:
        return self.box.encrypt(text.encode())

    def _open(self, body: bytes) -> str:
        try:
            return self.box.decrypt(body).decode()
        except InvalidToken:
            return "…"
