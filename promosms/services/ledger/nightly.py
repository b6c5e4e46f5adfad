"""The audit of every night: goes on from its place, and tells the admins what it has found."""

from collections.abc import Callable
from typing import Any

from promosms.db.transactions import transaction
from promosms.services.installation import nightly_jobs
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger.checks import Finding
from promosms.services.mail import emails as account_emails
from promosms.services.mail import notify
from promosms.services.mail.emails import EmailText

NAME = "ledger audit"
LISTED = 20
"""So many findings are listed in the e-mail."""


def step(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """A slice of the audit; at its end the findings are e-mailed, if they are new."""
    further = ledger_audit.go_on(place, over)
    found = place.get("findings", [])
    if further is None and found and found != nightly_jobs.findings(NAME):
        with transaction():
            notify.tell_admins(lambda: _letter([Finding(*each) for each in found]))
    return further


def found() -> list[Finding]:
    """What last night's audit has found: nothing, if the books add up."""
    return [Finding(*each) for each in nightly_jobs.findings(NAME)]


def _letter(findings: list[Finding]) -> EmailText:
    lines = [ledger_audit.words(each) for each in findings[:LISTED]]
    return account_emails.books_wrong(len(findings), lines)
