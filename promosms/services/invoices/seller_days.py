"""Days of the seller: payment and issue happen on a day in the seller's time zone.

The setting OPERATOR_TIMEZONE names the zone. Without it, the zone of the seller's country is used.
For a country with several zones this is the one in Europe, else the first by name; sellers there
should set OPERATOR_TIMEZONE.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.core import get_global

from promosms.services.invoices import seller as sellers
from promosms.settings import settings


def zone() -> ZoneInfo:
    """The time zone of the seller; UTC without a seller."""
    if settings.operator_timezone:
        return ZoneInfo(settings.operator_timezone)
    seller = sellers.seller()
    zones = get_global("territory_zones").get(seller.country if seller else "", ())
    return ZoneInfo(min(zones, key=_outside_europe, default="UTC"))


def day_of(moment: datetime) -> date:
    """The day of a moment in the seller's time zone."""
    return moment.astimezone(zone()).date()


def start_of(moment: datetime) -> datetime:
    """The beginning of the day of a moment, at midnight in the seller's time zone."""
    return datetime.combine(day_of(moment), time(), zone())


def _outside_europe(name: str) -> tuple[bool, str]:
    return not name.startswith("Europe/"), name
