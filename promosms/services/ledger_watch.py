"""The audit of every night: goes on from its place, and tells the admins what it has found."""

from collections.abc import Callable
from typing import Any

from promosms.database import transaction
from promosms.services import chores, ledger_audit, letters, telling
from promosms.services.ledger_checks import Finding
from promosms.services.letters import Letter

NAME = "ledger audit"
LISTED = 20
"""So many findings are listed in the e-mail."""


def step(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """A slice of the audit; at its end the findings are e-mailed, if they are new."""
    further = ledger_audit.go_on(place, over)
    found = place.get("findings", [])
    if further is None and found and found != chores.findings(NAME):
        with transaction():
            telling.tell_admins(lambda: _letter([Finding(*each) for each in found]))
    return further


def found() -> list[Finding]:
    """What last night's audit has found: nothing, if the books add up."""
    return [Finding(*each) for each in chores.findings(NAME)]


def _letter(findings: list[Finding]) -> Letter:
    lines = [ledger_audit.words(each) for each in findings[:LISTED]]
    return letters.books_wrong(len(findings), lines)
