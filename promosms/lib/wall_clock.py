"""Times on a clock: which moment they mean in a time zone, in the nights when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FORM = "%Y-%m-%dT%H:%M"


class NoSuchTime(Exception):
    """The clocks jump over this time; `before` and `after` are the times beside the gap."""

    def __init__(self, before: datetime, after: datetime) -> None:
        super().__init__(f"no such time, but {before:{FORM}} and {after:{FORM}}")
        self.before = before
        self.after = after


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a naive time on the clocks of a zone.

    In autumn, when a time comes twice, the first one. A time that the clocks jump over in spring is
    read as if they had not been changed yet, so it comes when the hour is over.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def exact(wall: datetime, zone: ZoneInfo) -> datetime:
    """The same, but raises NoSuchTime for a time that the clocks jump over."""
    found = moment(wall, zone)
    if _shown(found, zone) != wall:
        before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        raise NoSuchTime(_shown(before, zone), _shown(found, zone))
    return found


def comes_twice(wall: datetime, zone: ZoneInfo) -> bool:
    """Do the clocks show this time twice, because they are put back?"""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second and _shown(first, zone) == wall


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
