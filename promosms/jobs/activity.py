"""The activity of recipients."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.recipients import activity


def run() -> None:
    """Note who was texted by campaigns that have ended, and queue the job again for the rest."""
    if activity.note(time_slice.begin(others_wait=partial(queue.others_wait, "work"))):
        queue.wake("work", "activity.run")
