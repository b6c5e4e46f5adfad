"""Erasure of an account that has left."""

from promosms import bell, logs
from promosms.services import erasure, pseudonyms, scrub, slices
from promosms.services.person import TABLES

log = logs.get(__name__)


def run(account_id: int) -> None:
    """Go on with the erasure; what has to wait for others is tried again by the tick."""
    try:
        if erasure.erase(account_id, slices.SHARED):
            bell.ring("work", "erasure.run", account_id)
    except erasure.Unfinished:
        log.warning("erasure.unfinished", extra={"account": pseudonyms.of(account_id)})


def tidy() -> None:
    """Make unreadable what was deleted just now: a person, or an unfinished registration."""
    if not scrub.scrub([*TABLES, "confirmations", "emails"]):
        log.warning("erasure.unfinished")
