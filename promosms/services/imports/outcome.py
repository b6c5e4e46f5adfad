"""The outcome of an import before it runs: what the same code would do with each row.

It changes nothing. The run has the same figures, unless recipients have changed meanwhile.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select

from promosms.db.bulk import look_up, one_of
from promosms.extensions import db
from promosms.lib.number_set import NumberSet
from promosms.models import Account, Import, Recipient, Suppression, table_of
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.imports import run as import_run
from promosms.services.imports import typed_cells
from promosms.services.imports.consent_columns import AGREED, OPTED_OUT
from promosms.services.imports.files import Row

SMALL = 3_000
"""Rows whose outcome is found while the page is made, in about a fifth of a second."""
MOST_NAMED = 20
_EXAMPLES = 2
_EXAMPLE = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose for a file, as far as the outcome depends on it."""

    mapping: tuple[str, ...]
    has_header: bool
    mode: str

    def plain(self) -> list[Any]:
        """The choice as JSON."""
        return [list(self.mapping), self.has_header, self.mode]


@dataclass(slots=True)
class Outcome:
    """Rows by what becomes of them, as an import counts them.

    `opted_out` are numbers that opt out by the file. `problems` has the refused rows by reason,
    `examples` the first of each: the row's number and the chosen cells.
    """

    rows: int = 0
    added: int = 0
    updated: int = 0
    duplicates: int = 0
    bad: int = 0
    suppressed: int = 0
    opted_out: int = 0
    agreed: int = 0
    """Rows with the evidence of their consent."""
    lists: list[str] = field(default_factory=list)
    """The lists that the file names: the first of them, and one more if there are more."""
    problems: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[list[Any]]] = field(default_factory=dict)


class Forecast:
    """An outcome that grows, a batch of rows after the other, and the numbers seen so far."""

    def __init__(self, import_: Import, account: Account, choice: Choice) -> None:
        self.account_id, self.region, self.choice = account.id, account.region, choice
        header = choice.has_header
        self.typed = typed_cells.of_import(import_, choice.mapping, header, account)
        rows = import_.total + 1
        self.outcome = Outcome()
        answers = not {OPTED_OUT, AGREED}.isdisjoint(choice.mapping)
        self.seen = NumberSet(2 * rows if answers else rows)

    def take(self, rows: Sequence[Row]) -> None:
        """Count a batch of rows, as large as those of an import."""
        choice, outcome = self.choice, self.outcome
        batch = import_rows.read(rows, choice.mapping, self.region, choice.mode, self.typed)
        fresh = [e164 for e164 in batch.entries if self.seen.add(2 * _digits(e164))]
        outcome.opted_out += sum(self.seen.add(2 * _digits(e164) + 1) for e164 in batch.opted_out)
        entries = batch.entries.values()
        outcome.agreed += sum(entry.evidence is not None for entry in entries)
        if len(outcome.lists) <= MOST_NAMED:
            names = dict.fromkeys(name for entry in entries for name in entry.lists)
            outcome.lists = [*dict.fromkeys((*outcome.lists, *names))][: MOST_NAMED + 1]
        known = self._known(fresh)
        outcome.rows += len(rows)
        outcome.added += len(fresh) - known
        outcome.updated += known
        outcome.duplicates += batch.duplicates + len(batch.entries) - len(fresh)
        outcome.suppressed += self._suppressed(fresh)
        outcome.bad += len(batch.refused)
        for refused in batch.refused:
            problem = str(refused.problem)
            outcome.problems[problem] = outcome.problems.get(problem, 0) + 1
            examples = outcome.examples.setdefault(problem, [])
            if len(examples) < _EXAMPLES:
                examples.append([refused.number, _example(refused.content)])

    def _known(self, phones: Sequence[str]) -> int:
        columns = table_of(Recipient).c
        query = select(columns.id).where(columns.account_id == self.account_id)
        return len(look_up(db.session(), query, columns.phone, sorted(phones)).all())

    def _suppressed(self, phones: Sequence[str]) -> int:
        """How many of the numbers have opted out, here or by the rows so far."""
        if not phones:
            return 0
        columns = table_of(Suppression).c
        query = select(columns.phone).where(
            columns.account_id == self.account_id, one_of(columns.phone)
        )
        here = set(db.session.scalars(query, {"words": phones}))
        return sum(e164 in here or 2 * _digits(e164) + 1 in self.seen for e164 in phones)


def of(import_: Import, account: Account, choice: Choice) -> Outcome:
    """The outcome of a small file; large ones are for the worker, see `check`."""
    forecast = Forecast(import_, account, choice)
    for batch in batches(import_files.read(import_.stored_as, int(choice.has_header))):
        forecast.take(batch)
    return forecast.outcome


def stored(import_: Import, choice: Choice) -> Outcome | None:
    """The outcome that a worker has found for this choice; None if it has not."""
    kept = import_.outcome
    return Outcome(**kept["figures"]) if kept and kept["choice"] == choice.plain() else None


def plain(forecast: Forecast) -> dict[str, Any]:
    """An outcome and its choice as JSON."""
    return {"choice": forecast.choice.plain(), "figures": asdict(forecast.outcome)}


def batches(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """The rows in batches of an import: what is counted depends on where they end."""
    iterator = iter(rows)
    while batch := list(islice(iterator, import_run.BATCH)):
        yield batch


def _example(content: str) -> str:
    """The cells of a refused row in a line."""
    cells = next(csv.reader(io.StringIO(content, newline="")), [])
    return " · ".join(filter(None, cells))[:_EXAMPLE]


def _digits(e164: str) -> int:
    return int(e164[1:])
