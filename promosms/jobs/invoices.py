"""The files of invoices, and the e-mails with them."""

import time

from promosms import logs, queue
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.services.invoices import files as invoice_files
from promosms.services.mail import outbox

log = logs.get(__name__)
RETRY_SECONDS = 600.0
_failed: dict[int, float] = {}  # when rendering the files of an invoice last failed


def run() -> None:
    """Render missing files, and queue the job again for the rest; can be killed at any point.

    An invoice that fails does not stop the others, and is tried again ten minutes later.
    """
    over = time_slice.begin(time_slice.SHARED)
    last = 0
    while ids := invoice_files.missing(after=last):
        last = ids[0]
        if over():
            queue.wake("work", "invoices.run")
            break
        if time.monotonic() - _failed.get(last, -RETRY_SECONDS) >= RETRY_SECONDS:
            _complete(last)
    if outbox.waiting():
        queue.wake("mail", "mail.run")


def _complete(invoice_id: int) -> None:
    try:
        invoice_files.complete(invoice_id)
        _failed.pop(invoice_id, None)
    except Exception:
        db.session.rollback()
        _failed[invoice_id] = time.monotonic()
        log.exception("invoice.unfinished", extra={"invoice": invoice_id})
