"""The queue of the webhooks. Whoever only wakes its worker does not load what that needs."""

from promosms import queue
from promosms.services.webhooks import claiming, noting

QUEUE, JOB = "webhooks", "webhooks.job.run"


def wake() -> None:
    """Wake the worker, if anything waits."""
    if claiming.due():
        wake_anyway()


def wake_if_noted() -> None:
    """Wake the worker, if this process has noted something: that asks no database."""
    if noting.take_noted():
        wake_anyway()


def wake_anyway() -> None:
    """Wake the worker: there is more to do."""
    queue.wake(QUEUE, JOB)
