"""The jobs of imports: one time slice, then a new job for the rest."""

from functools import partial

from promosms import queue
from promosms.services.imports import check as import_check
from promosms.services.imports import run as import_run


def run(import_id: int) -> None:
    """Run or undo an import for a time slice, and enqueue the rest."""
    if import_run.work(import_id, others_wait=partial(queue.others_wait, "work")):
        queue.wake("work", "imports.run", import_id)


def check(import_id: int) -> None:
    """Find what an import would do for a time slice, and enqueue the rest."""
    if import_check.work(import_id, others_wait=partial(queue.others_wait, "work")):
        queue.wake("work", "imports.check", import_id)
