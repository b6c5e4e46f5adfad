"""What a run says in the end: one compact block, and whether it is fine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.oracle import Findings, judge
from tests.faults.plant import Plant


@dataclass
class Report:
    """A run: its findings, what was done to the plant (`facts`), what must not be (`wrong`)."""

    name: str
    database: str
    seed: int
    facts: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """No violation at all."""
        return self.findings.fine and not self.wrong

    def expect(self, fine: bool, problem: str) -> None:
        """Note a violation unless it is fine."""
        if not fine:
            self.wrong.append(problem)

    def __str__(self) -> str:
        found = self.findings
        verdict = "fine" if self.fine else "WRONG"
        texts = [
            f"  messages {found.messages}, parts taken {found.parts_taken},"
            f" duplicates {found.duplicates}, lost {found.lost},"
            f" unknown {found.unknown} (of them taken {found.unknown_taken})",
            f"  statuses {dict(sorted(found.statuses.items()))}",
        ]
        lines = [
            f"{self.name}: {verdict} ({self.database}, seed {self.seed}, {self.seconds:.0f} s)",
            *(texts if found.messages else ()),
            *(f"  {name}: {value}" for name, value in self.facts.items()),
            *(f"  WRONG: {what}" for what in (*self.wrong, *found.wrong)),
        ]
        return "\n".join(lines)


@contextmanager
def reporting(name: str, plant: Plant, seconds: float = 900) -> Iterator[Report]:
    """A run on a plant: afterwards everything is waited for and judged."""
    database = "SQLite" if plant.database_url.startswith("sqlite") else "PostgreSQL"
    report = Report(name, database, plant.seed)
    began = time.monotonic()
    yield report
    try:
        plant.wait(seconds)
        report.findings = judge(plant)
    except AssertionError as problem:
        report.wrong.append(str(problem) or "the books do not agree")
        report.findings.statuses = plant.statuses()
    report.seconds = time.monotonic() - began
