"""The job of bulk actions: one time slice, then a new job for the rest."""

from functools import partial

from promosms import queue
from promosms.extensions import db
from promosms.models import BulkAction, BulkKind
from promosms.services.bulk_actions import run as bulk_run


def run(action_id: int) -> None:
    """Do a time slice of an action, and enqueue the rest."""
    if bulk_run.work(action_id, others_wait=partial(queue.others_wait, "work")):
        queue.wake("work", "bulk_actions.run", action_id)
        return
    action = db.session.get(BulkAction, action_id)
    if action is not None and action.kind == BulkKind.ERASE:
        queue.wake("work", "erasure.tidy")
