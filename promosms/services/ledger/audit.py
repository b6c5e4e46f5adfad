"""The audit: proves that the books add up, from every entry to every balance.

For each account the balance is the sum of its entries and the held money that of its holds; for
each campaign what was set aside was charged, given back or is left, and charged is what its
accepted texts cost; each paid order was credited once and invoiced once. Nothing is changed.
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
MOST = 100
"""So many findings are kept by the nightly audit; one is already too many."""

SENTENCES = {
    "balance": _("Account %(subject)s: the balance is %(found)s, its entries say %(expected)s."),
    "held": _("Account %(subject)s: %(found)s are set aside, its entries say %(expected)s."),
    "holds": _("Account %(subject)s: %(found)s are set aside, its campaigns say %(expected)s."),
    "negative": _("Account %(subject)s is below zero: %(found)s."),
    "hold": _("Campaign %(subject)s set %(found)s aside, its entries say %(expected)s."),
    "remaining": _("Campaign %(subject)s: %(found)s are left, its entries say %(expected)s."),
    "closed": _("Campaign %(subject)s: %(found)s are left, which does not fit its end."),
    "charged": _("Campaign %(subject)s: %(found)s were charged, its texts cost %(expected)s."),
    "no_hold": _("Entry %(subject)s over %(found)s: its campaign has set nothing aside."),
    "no_payment": _("Entry %(subject)s over %(found)s: the account has no such payment."),
    "credit": _("Order %(subject)s: %(found)s were credited instead of %(expected)s."),
    "invoice": _("Order %(subject)s: %(found)s were invoiced instead of %(expected)s."),
    "paid": _("Order %(subject)s: %(found)s have come, its payments say %(expected)s."),
}


def audit() -> list[Finding]:
    """Everything, every text counted again. Empty if the books add up."""
    return list(findings())


def findings() -> Iterator[Finding]:
    """The same, as it is found."""
    db.session.rollback()
    for check in CHECKS:
        after: int | None = 0
        while after is not None:
            found, after = check(after, None)
            yield from found


def go_on(
    place: dict[str, Any], over: Callable[[], bool] = time_slice.nobody
) -> dict[str, Any] | None:
    """The nightly audit from where it stopped; None when it is through.

    `place` gets the `findings`. The texts of campaigns that ended more than eight days ago are
    not counted again, what was charged for them is.
    """
    since = _since(place)
    while place.get("check", 0) < len(CHECKS):
        check = CHECKS[place.setdefault("check", 0)]
        found, after = check(place.get("after", 0), since)
        known = place.setdefault("findings", [])
        known += [
            [each.kind, each.subject, each.found, each.expected]
            for each in found[: MOST - len(known)]
        ]
        place["after"] = after or 0
        place["check"] += after is None
        if over():
            return place
    return None


def words(finding: Finding) -> str:
    """A finding as a sentence for the operator; without a word about who it is about."""
    figures = {
        "subject": finding.subject,
        "found": money(finding.found),
        "expected": money(finding.expected),
    }
    return str(SENTENCES[finding.kind]) % figures


def _since(place: dict[str, Any]) -> datetime:
    begun = place.setdefault("since", (now() - RECOUNTED).isoformat())
    return datetime.fromisoformat(begun)
