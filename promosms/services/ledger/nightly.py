"""The nightly audit of the ledger, in slices; admins get new findings by e-mail."""

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
LISTED = 20  # findings in the e-mail


def step(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """A slice of the audit; when it is complete, new findings are sent by e-mail."""
    next_place = ledger_audit.go_on(place, over)
    findings = place.get("findings", [])
    if next_place is None and findings and findings != nightly_jobs.findings(NAME):
        with transaction():
            notify.tell_admins(lambda: _email_text([Finding(*values) for values in findings]))
    return next_place


def last_findings() -> list[Finding]:
    """The findings of the last complete audit; empty if the books add up."""
    return [Finding(*values) for values in nightly_jobs.findings(NAME)]


def _email_text(findings: list[Finding]) -> EmailText:
    sentences = [ledger_audit.sentence(finding) for finding in findings[:LISTED]]
    return account_emails.books_wrong(len(findings), sentences)
