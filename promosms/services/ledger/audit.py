"""The audit of the ledger: checks that all figures about money agree. It changes nothing.

For each account, the balance is the sum of its entries and the held money the sum of its holds.
For each campaign, the hold is what was charged, released and is left, and the charge is the price
of its accepted texts; so it is for each text to one person. Each paid top-up was credited once and
invoiced once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from promosms.extensions import db
from promosms.language import lazy_gettext as _
from promosms.language import money
from promosms.lib import time_slice
from promosms.models import now
from promosms.services.ledger.checks import CHECKS, Finding

RECOUNTED = timedelta(days=8)
MOST_FINDINGS = 100  # kept by the nightly audit; a single one needs attention already

SENTENCES = {
    "balance": _("Account %(subject)s: the balance is %(found)s, its entries say %(expected)s."),
    "held": _("Account %(subject)s: %(found)s are set aside, its entries say %(expected)s."),
    "holds": _("Account %(subject)s: %(found)s are set aside, its campaigns say %(expected)s."),
    "negative": _("Account %(subject)s is below zero: %(found)s."),
    "hold": _("Campaign %(subject)s set %(found)s aside, its entries say %(expected)s."),
    "remaining": _("Campaign %(subject)s: %(found)s are left, its entries say %(expected)s."),
    "closed": _("Campaign %(subject)s: %(found)s are left, which does not fit its end."),
    "charged": _("Campaign %(subject)s: %(found)s were charged, its texts cost %(expected)s."),
    "text_hold": _("Text %(subject)s set %(found)s aside, its entries say %(expected)s."),
    "text_remaining": _("Text %(subject)s: %(found)s are left, its entries say %(expected)s."),
    "text_charged": _("Text %(subject)s: %(found)s were charged, it costs %(expected)s."),
    "no_hold": _("Entry %(subject)s over %(found)s: its campaign has set nothing aside."),
    "no_payment": _("Entry %(subject)s over %(found)s: the account has no such payment."),
    "credit": _("Order %(subject)s: %(found)s were credited instead of %(expected)s."),
    "invoice": _("Order %(subject)s: %(found)s were invoiced instead of %(expected)s."),
    "paid": _("Order %(subject)s: %(found)s have come, its payments say %(expected)s."),
}


def audit() -> list[Finding]:
    """All findings of a full audit that counts every text again; empty if all figures agree."""
    return list(findings())


def findings() -> Iterator[Finding]:
    """The findings of a full audit, one after the other."""
    db.session.rollback()
    for check in CHECKS:
        after: int | None = 0
        while after is not None:
            batch, after = check(after, None)
            yield from batch


def go_on(
    place: dict[str, Any], over: Callable[[], bool] = time_slice.nobody
) -> dict[str, Any] | None:
    """Continue the nightly audit at `place` and return the next place; None when it is complete.

    The findings are added to `place`. For campaigns that ended more than eight days ago the
    stored costs are checked instead of counting the texts again.
    """
    since = _since(place)
    while place.get("check", 0) < len(CHECKS):
        check = CHECKS[place.setdefault("check", 0)]
        batch, after = check(place.get("after", 0), since)
        findings = place.setdefault("findings", [])
        findings += [
            [finding.kind, finding.subject, finding.found, finding.expected]
            for finding in batch[: MOST_FINDINGS - len(findings)]
        ]
        place["after"] = after or 0
        place["check"] += after is None
        if over():
            return place
    return None


def sentence(finding: Finding) -> str:
    """A finding as a sentence for the operator, without personal data."""
    figures = {
        "subject": finding.subject,
        "found": money(finding.found),
        "expected": money(finding.expected),
    }
    return str(SENTENCES[finding.kind]) % figures


def _since(place: dict[str, Any]) -> datetime:
    since = place.setdefault("since", (now() - RECOUNTED).isoformat())
    return datetime.fromisoformat(since)
