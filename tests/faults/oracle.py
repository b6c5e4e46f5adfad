"""The oracle: compares the log of the SMSC with the rows and the ledger.

Which texts were accepted, and how often, is read from the log alone.
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
from tests.faults.installation import Installation
from tests.services.sending.conftest import check_books

ONE, PART = 160, 153
OPEN = {"queued", "sending"}
TAKEN = {"sent", "delivered", "undelivered", "expired"}
NOT_TAKEN = {"failed", "skipped", "cancelled"}
Key = tuple[str, str]


class Taken(NamedTuple):
    """A part that the SMSC accepted: time (monotonic, in nanoseconds), text, and response."""

    at: int
    phone: str
    crc: str
    name: str
    state: str


class Row(NamedTuple):
    """A message in the database."""

    id: int
    phone: str
    text: str
    status: str
    parts: int


@dataclass
class Findings:
    """The results; `wrong` lists the violations, without personal data."""

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
        """Nothing lost, no duplicates, no violations."""
        return not (self.duplicates or self.lost or self.wrong)


def read_log(folder: Path) -> list[Taken]:
    """The log of an SMSC."""
    lines = (folder / "smsc" / "log").read_text().splitlines()
    return [Taken(int(at), *rest) for at, *rest in (line.split() for line in lines)]


def judge(installation: Installation) -> Findings:
    """Compare everything. Raises AssertionError when the ledger is wrong."""
    log: dict[Key, list[Taken]] = defaultdict(list)
    taken = read_log(installation.folder)
    for part in taken:
        log[part.phone, part.crc].append(part)
    findings = Findings(parts_taken=len(taken))
    findings.duplicates = sum(1 for times in log.values() if len(times) > 1)
    with installation.app.app_context():
        rows = [Row(*row) for row in db.session.execute(messages())]
        references = defaultdict(set)
        for message_id, reference in db.session.execute(_parts()):
            references[message_id].add(reference)
        check_books(installation.account_id)
        db.session.remove()
    findings.messages = len(rows)
    findings.statuses = dict(Counter(row.status for row in rows))
    wrong: Counter[str] = Counter()
    for row in rows:
        parts = [log.pop(key)[0] for key in keys(row) if key in log]
        wrong.update(_judge_row(findings, row, parts, references[row.id]))
    if log:
        wrong["a text of nobody was taken"] = len(log)
    findings.wrong = [f"{number} x {problem}" for problem, number in sorted(wrong.items())]
    return findings


def keys(row: Row) -> list[Key]:
    """The keys of a message in the log: one line per part. Its text is ASCII."""
    text = row.text.encode("ascii")
    places = range(0, len(text), PART)
    pieces = [text] if len(text) <= ONE else [text[place : place + PART] for place in places]
    return [(row.phone.lstrip("+"), f"{zlib.crc32(piece):08x}") for piece in pieces]


def messages(*conditions: ColumnElement[bool]) -> Select[int, str, str, str, int]:
    """The query for `Row`s."""
    columns = (Message.id, Message.phone, Message.text, Message.status, Message.parts)
    return select(*columns).where(*conditions)


def _judge_row(
    findings: Findings, row: Row, parts: list[Taken], references: set[str]
) -> Iterable[str]:
    if row.status in OPEN:
        findings.lost += 1
        yield f"still {row.status}"
    if row.status == "unknown":
        findings.unknown += 1
        findings.unknown_taken += bool(parts)
    if row.status in NOT_TAKEN and parts:
        yield f"{row.status}, but taken"
    if row.status not in TAKEN:
        return
    if len(parts) < row.parts:
        findings.lost += 1
        yield f"{row.status}, but not taken"
        return
    states = {part.state for part in parts}
    expected = "undelivered" if "UNDELIV" in states else "sent" if "-" in states else "delivered"
    if row.status != expected:
        yield f"{row.status}, though the receipts say {expected}"
    if references != {part.name for part in parts}:
        yield f"{row.status} with other references"


def _parts() -> Select[int, str]:
    return select(MessagePart.message_id, MessagePart.reference)
