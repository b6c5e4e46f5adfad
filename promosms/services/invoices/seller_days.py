"""Days of the seller: on which day something was paid or issued is a matter of his time zone.

The setting OPERATOR_TIMEZONE names it. Without it that of his country counts; where a country has
several, the one in Europe, else the first by name, so that others had better set it.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.core import get_global

from promosms.services.invoices import seller
from promosms.settings import settings


def zone() -> ZoneInfo:
    """The time zone of the seller; UTC while nobody sells."""
    if settings.operator_timezone:
        return ZoneInfo(settings.operator_timezone)
    who = seller.seller()
    zones = get_global("territory_zones").get(who.country if who else "", ())
    return ZoneInfo(min(zones, key=_outside_europe, default="UTC"))


def day_of(moment: datetime) -> date:
    """The day of a moment where the seller is."""
    return moment.astimezone(zone()).date()


def _outside_europe(name: str) -> tuple[bool, str]:
    return not name.startswith("Europe/"), name
