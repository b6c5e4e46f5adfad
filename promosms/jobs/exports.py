"""The job of account exports: one time slice, then a new job for the rest."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.privacy import export as account_export


def run(export_id: int) -> None:
    """Continue an export for a time slice, and enqueue the rest."""
    over = time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    if account_export.work(export_id, over):
        queue.wake("work", "exports.run", export_id)
