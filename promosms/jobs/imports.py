"""Imports in the worker: as long as a job may last, then the bell is rung for the rest."""

from promosms import bell
from promosms.services import import_run


def run(import_id: int) -> None:
    """Import, or undo an import, and come back for what is left."""
    if import_run.work(import_id):
        bell.ring("work", "imports.run", import_id)
