"""The pace of a campaign that is spread: within so many seconds at most so many messages leave.

The rule looks back from each claim: whatever left in the last `seconds` counts. So nothing is made
up for: after a pause, a night or a lost gateway it goes on at its pace, and what follows leaves
that much later. The log of what left is a column of the campaign and is written by the claim
itself, under the lock of the campaign: whatever is killed, and however many gateways send, the pace
is kept. A message that is tried again counts again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

STEP = 300
"""Seconds from one batch to the next, at least, of a campaign that is spread over hours."""
NOTES = 16
"""Claims within this part of the time of a batch are one note of the log, so it stays short."""

Log = Sequence[Sequence[float]]
"""Notes, the oldest first: time of the first and of the last claim (POSIX), how many left."""


class Pace(NamedTuple):
    """At most `size` messages within `seconds`."""

    size: int
    seconds: int


def over_hours(number: int, hours: int) -> Pace:
    """The pace at which so many messages take so many hours: a few every few minutes."""
    span = hours * 3600
    size = max(1, -(-number * STEP // span))
    return Pace(size, size * span // number)


def room(pace: Pace, log: Log, moment: datetime) -> int:
    """How many messages may leave now."""
    left = sum(int(number) for *_, number in _recent(pace, log, moment))
    return max(pace.size - left, 0)


def opens(pace: Pace, log: Log, moment: datetime) -> datetime | None:
    """When the next message may leave; None: now."""
    recent = _recent(pace, log, moment)
    if room(pace, recent, moment):
        return None
    return datetime.fromtimestamp(recent[0][1] + pace.seconds, UTC)


def noted(pace: Pace, log: Log, moment: datetime, number: int) -> list[list[float]]:
    """The log when so many messages leave now."""
    at, recent = moment.timestamp(), _recent(pace, log, moment)
    if recent and at - recent[-1][0] < pace.seconds / NOTES:
        begun, _, before = recent.pop()
        return [*recent, [begun, at, before + number]]
    return [*recent, [at, at, number]]


def _recent(pace: Pace, log: Log, moment: datetime) -> list[list[float]]:
    since = moment.timestamp() - pace.seconds
    return [list(note) for note in log if note[1] > since]
