"""The job that erases a deleted account."""

from promosms import logs, queue
from promosms.db import overwrite_files
from promosms.lib import pseudonyms, time_slice
from promosms.services.privacy import erasure
from promosms.services.privacy.erase_recipient import TABLES

log = logs.get(__name__)
USERS = ("users", "sessions", "known_browsers", "recovery_codes", "two_factor_challenges")


def run(account_id: int) -> None:
    """Continue the erasure; the tick tries again what has to wait for other work."""
    try:
        if erasure.erase(account_id, time_slice.SHARED):
            queue.wake("work", "erasure.run", account_id)
    except erasure.Unfinished:
        extra = {"account": pseudonyms.of(account_id), "code": "others_work"}
        log.warning("erasure.unfinished", extra=extra)


def tidy() -> None:
    """Overwrite rows just deleted: of a recipient, an admin, an unfinished registration."""
    if not overwrite_files.overwrite([*TABLES, *USERS, "email_links", "emails"]):
        log.warning("erasure.unfinished", extra={"code": "files_in_use"})
