"""The nightly check of the audit log: admins get an e-mail when its chain does not hold."""

from collections.abc import Callable
from typing import Any

from promosms.db.transactions import transaction
from promosms.language import gettext as _
from promosms.services.audit import chain as audit_chain
from promosms.services.installation import nightly_jobs
from promosms.services.mail import emails as account_emails
from promosms.services.mail import notify

NAME = "audit log"


def step(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """A time slice of the check; a new finding is e-mailed."""
    try:
        return audit_chain.verify(place, over)
    except audit_chain.Broken as broken:
        place["findings"] = [broken.entry]
    if place["findings"] != nightly_jobs.findings(NAME):
        with transaction():
            notify.tell_admins(
                lambda: account_emails.chain_broken(description(place["findings"][0]))
            )
    return None


def is_broken() -> bool:
    """Did the last check find the chain broken?"""
    return bool(nightly_jobs.findings(NAME))


def description(entry: int) -> str:
    """Where the chain is broken, as a sentence; 0 stands for its end."""
    if not entry:
        return str(_("Entries are missing at the end."))
    return str(_("The first entry that is not as it was written is number %(id)s.", id=entry))
