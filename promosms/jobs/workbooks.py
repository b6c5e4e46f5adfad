"""The job of long workbooks: one time slice, then a new job for the rest."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.workbooks import run as workbooks


def run(workbook_id: int) -> None:
    """Continue a workbook for a time slice, and enqueue the rest."""
    over = time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    if workbooks.work(workbook_id, over):
        queue.wake("work", "workbooks.run", workbook_id)
