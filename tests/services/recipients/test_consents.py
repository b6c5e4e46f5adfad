"""Acts of consent: when the day on which somebody agreed has begun."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from promosms.services.recipients import consents


def test_a_day_begins_when_it_begins_first_on_earth() -> None:
    """A withdrawal before that is older than the consent, wherever the shop is."""
    first = datetime(2026, 3, 4, tzinfo=ZoneInfo("Pacific/Kiritimati"))
    assert consents.begin_of(date(2026, 3, 4)) == first
    assert consents.begin_of(None) < datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC"))
