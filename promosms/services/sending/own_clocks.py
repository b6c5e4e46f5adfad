"""Campaigns that leave at a time on the clock of each person.

A person is in the zones that their number may be in (`sms/quiet_hours/zones.py`): the text leaves
when the clocks show the time in all of them, so never too early. An hour that clocks show twice
means the first one; one that they jump over comes when the jump is over (`lib/wall_clock.py`).
"""

from datetime import datetime, timedelta
from functools import lru_cache

from promosms.lib import wall_clock
from promosms.sms.quiet_hours import zones
from promosms.sms.quiet_hours.zones import Zones

WEST = timedelta(hours=12)
"""The clocks that are furthest behind UTC."""


@lru_cache(4_096)
def reached(planned_time: str, places: Zones) -> datetime:
    """The moment at which clocks show a time (`Campaign.planned_time`) in all of these zones."""
    wall = datetime.fromisoformat(planned_time)
    return max(wall_clock.moment(wall, zone) for zone in places)


def due(planned_time: str, country: str, phone: str) -> datetime:
    """The moment from which a message to this number may leave."""
    return reached(planned_time, zones.of_number(country, phone))


def first_zone(planned_time: str, places: set[Zones]) -> str:
    """The zone, of the last ones of each of these places, whose clocks show the time first."""
    wall = datetime.fromisoformat(planned_time)

    def shows(place: Zones) -> tuple[datetime, str]:
        return max((wall_clock.moment(wall, zone), zone.key) for zone in place)

    return min(map(shows, places))[1] if places else ""


def over_everywhere(planned_time: str, moment: datetime) -> bool:
    """Do all clocks of the world show at least this time?"""
    wall = datetime.fromisoformat(planned_time)
    return moment.replace(tzinfo=None) >= wall + WEST
