"""Imports in the worker: a slice, then the bell is rung for the rest."""

from functools import partial

from promosms import bell
from promosms.services import import_run


def run(import_id: int) -> None:
    """Import, or undo an import, and come back for what is left."""
    if import_run.work(import_id, others_wait=partial(bell.others_wait, "work")):
        bell.ring("work", "imports.run", import_id)
