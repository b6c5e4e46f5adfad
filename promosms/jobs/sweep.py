"""The sweep's list: what the tick looks after in every round. A new duty is a line here."""

from collections.abc import Callable

from promosms.services import (
    confirmations,
    emails,
    failover,
    phone_changes,
    second_steps,
    sessions,
    sweep,
)

SWEEP: tuple[Callable[[], object], ...] = (
    sweep.take_back_leases,
    sweep.withdraw_stopped,
    failover.move_waiting,
    sweep.continue_blocked,
    sweep.finish_campaigns,
    sweep.release_unsettled,
    confirmations.forget_expired,
    second_steps.forget_expired,
    phone_changes.forget_expired,
    emails.forget_old,
    sessions.forget_old,
)


def run() -> None:
    """Everything that is due, each in its own transaction."""
    for duty in SWEEP:
        duty()
