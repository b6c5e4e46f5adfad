"""Erasure of an account that has left."""

from promosms import logs
from promosms.services import erasure

log = logs.get(__name__)


def run(account_id: int) -> None:
    """Remove everything of the account; what could not be finished is tried again by the tick."""
    try:
        if erasure.erase(account_id):
            log.info("erasure.done", extra={"account": account_id})
    except erasure.Unfinished:
        log.warning("erasure.unfinished", extra={"account": account_id})
