"""The oracle: compares the SMSC's own log with the rows and the books.

What was taken, and how often, is read from the log alone.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select

from promosms.extensions import db
from promosms.models import Message, MessagePart
from tests.faults.plant import Plant
from tests.services.sending.conftest import check_books

ONE, PART = 160, 153
OPEN = {"queued", "sending"}
TAKEN = {"sent", "delivered", "undelivered", "expired"}
NOT_TAKEN = {"failed", "skipped", "cancelled"}
Key = tuple[str, str]


class Taken(NamedTuple):
    """A part that the SMSC took: when (monotonic, in nanoseconds), of which text, what it said."""

    at: int
    phone: str
    crc: str
    name: str
    state: str


class Row(NamedTuple):
    """A message as the database has it."""

    id: int
    phone: str
    text: str
    status: str
    parts: int


@dataclass
class Findings:
    """What was found in the end; `wrong` are the violations in words, without personal data."""

    messages: int = 0
    parts_taken: int = 0
    duplicates: int = 0
    lost: int = 0
    unknown: int = 0
    unknown_taken: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Nothing lost, nothing twice, nothing wrong."""
        return not (self.duplicates or self.lost or self.wrong)


def read_log(folder: Path) -> list[Taken]:
    """The log of an SMSC."""
    lines = (folder / "smsc" / "log").read_text().splitlines()
    return [Taken(int(at), *rest) for at, *rest in (line.split() for line in lines)]


def judge(plant: Plant) -> Findings:
    """Compare everything. Raises AssertionError when the books are wrong."""
    log: dict[Key, list[Taken]] = defaultdict(list)
    taken = read_log(plant.folder)
    for one in taken:
        log[one.phone, one.crc].append(one)
    found = Findings(parts_taken=len(taken))
    found.duplicates = sum(1 for times in log.values() if len(times) > 1)
    with plant.app.app_context():
        rows = [Row(*row) for row in db.session.execute(messages())]
        references = defaultdict(set)
        for message_id, reference in db.session.execute(_parts()):
            references[message_id].add(reference)
        check_books(plant.account_id)
        db.session.remove()
    found.messages = len(rows)
    found.statuses = dict(Counter(row.status for row in rows))
    wrong: Counter[str] = Counter()
    for row in rows:
        parts = [log.pop(key)[0] for key in keys(row) if key in log]
        wrong.update(_judge_row(found, row, parts, references[row.id]))
    if log:
        wrong["a text of nobody was taken"] = len(log)
    found.wrong = [f"{number} x {what}" for what, number in sorted(wrong.items())]
    return found


def keys(row: Row) -> list[Key]:
    """What the log has of a message: one line per part. Its text is ASCII."""
    text = row.text.encode("ascii")
    places = range(0, len(text), PART)
    pieces = [text] if len(text) <= ONE else [text[place : place + PART] for place in places]
    return [(row.phone.lstrip("+"), f"{zlib.crc32(piece):08x}") for piece in pieces]


def messages(*which: ColumnElement[bool]) -> Select[int, str, str, str, int]:
    """A query for rows."""
    columns = (Message.id, Message.phone, Message.text, Message.status, Message.parts)
    return select(*columns).where(*which)


def _judge_row(found: Findings, row: Row, parts: list[Taken], known: set[str]) -> Iterable[str]:
    if row.status in OPEN:
        found.lost += 1
        yield f"still {row.status}"
    if row.status == "unknown":
        found.unknown += 1
        found.unknown_taken += bool(parts)
    if row.status in NOT_TAKEN and parts:
        yield f"{row.status}, but taken"
    if row.status not in TAKEN:
        return
    if len(parts) < row.parts:
        found.lost += 1
        yield f"{row.status}, but not taken"
        return
    states = {part.state for part in parts}
    told = "undelivered" if "UNDELIV" in states else "sent" if "-" in states else "delivered"
    if row.status != told:
        yield f"{row.status}, though the receipts say {told}"
    if known != {part.name for part in parts}:
        yield f"{row.status} with other references"


def _parts() -> Select[int, str]:
    return select(MessagePart.message_id, MessagePart.reference)
