"""Exports of accounts in the worker: a slice, then the bell is rung for the rest."""

from functools import partial

from promosms import bell
from promosms.services import account_export, slices


def run(export_id: int) -> None:
    """Go on with the export, and come back for what is left."""
    over = slices.begin(others_wait=partial(bell.others_wait, "work"))
    if account_export.work(export_id, over):
        bell.ring("work", "exports.run", export_id)
