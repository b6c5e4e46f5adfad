"""Exports of accounts in the worker: a slice, then the bell is rung for the rest."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.privacy import export as account_export


def run(export_id: int) -> None:
    """Go on with the export, and come back for what is left."""
    over = time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    if account_export.work(export_id, over):
        queue.wake("work", "exports.run", export_id)
