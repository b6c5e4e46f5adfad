"""The counts of segments."""

from functools import partial

from promosms import queue
from promosms.lib import time_slice
from promosms.services.recipients.segments import counts


def run(account_id: int) -> None:
    """Count who is in the segments of an account, and queue the job again for the rest."""
    if counts.count_again(
        account_id, time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    ):
        queue.wake("work", "segments.run", account_id)
