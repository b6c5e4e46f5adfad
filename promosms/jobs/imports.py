"""Imports in the worker: a slice, then the bell is rung for the rest."""

from functools import partial

from promosms import queue
from promosms.services.imports import run as import_run


def run(import_id: int) -> None:
    """Import, or undo an import, and come back for what is left."""
    if import_run.work(import_id, others_wait=partial(queue.others_wait, "work")):
        queue.wake("work", "imports.run", import_id)
