"""The report of a run: a short text, and whether there was a violation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.installation import Installation
from tests.faults.oracle import Findings, judge


@dataclass
class Report:
    """A run: its findings, its `facts`, and its violations (`wrong`)."""

    name: str
    database: str
    seed: int
    facts: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """No violation."""
        return self.findings.fine and not self.wrong

    def expect(self, fine: bool, problem: str) -> None:
        """Add a violation unless `fine`."""
        if not fine:
            self.wrong.append(problem)

    def __str__(self) -> str:
        findings = self.findings
        verdict = "fine" if self.fine else "WRONG"
        texts = [
            f"  messages {findings.messages}, parts taken {findings.parts_taken},"
            f" duplicates {findings.duplicates}, lost {findings.lost},"
            f" unknown {findings.unknown} (of them taken {findings.unknown_taken})",
            f"  statuses {dict(sorted(findings.statuses.items()))}",
        ]
        lines = [
            f"{self.name}: {verdict} ({self.database}, seed {self.seed}, {self.seconds:.0f} s)",
            *(texts if findings.messages else ()),
            *(f"  {name}: {value}" for name, value in self.facts.items()),
            *(f"  WRONG: {problem}" for problem in (*self.wrong, *findings.wrong)),
        ]
        return "\n".join(lines)


@contextmanager
def reporting(name: str, installation: Installation, seconds: float = 900) -> Iterator[Report]:
    """Report a run on an installation; at the end wait for all messages and check them."""
    database = "SQLite" if installation.database_url.startswith("sqlite") else "PostgreSQL"
    report = Report(name, database, installation.seed)
    began = time.monotonic()
    yield report
    try:
        installation.wait(seconds)
        report.findings = judge(installation)
    except AssertionError as problem:
        report.wrong.append(str(problem) or "the books do not agree")
        report.findings.statuses = installation.statuses()
    report.seconds = time.monotonic() - began
