"""The figures of campaigns that have ended, in the worker."""

from functools import partial

from promosms import bell
from promosms.services import slices, spendings


def run() -> None:
    """Store the figures of ended campaigns, and come back for what is left."""
    if spendings.store(slices.begin(others_wait=partial(bell.others_wait, "work"))):
        bell.ring("work", "spendings.run")
