"""The numbers in the promises, from the same settings as the code, in the reader's language.

In Polish they are in the accusative: write "przez" or "na" before the placeholder.
"""

from collections.abc import Callable

from promosms.language import ngettext
from promosms.models import Account, Session
from promosms.settings import settings


def days(number: int) -> str:
    """A length of time such as "30 days"."""
    return str(ngettext("%(n)s day", "%(n)s days", number, n=number))


def hours(number: int) -> str:
    """A length of time such as "12 hours"."""
    return str(ngettext("%(n)s hour", "%(n)s hours", number, n=number))


def minutes(number: int) -> str:
    """A length of time such as "30 minutes"."""
    return str(ngettext("%(n)s minute", "%(n)s minutes", number, n=number))


def years(number: int) -> str:
    """A length of time such as "5 years"."""
    return str(ngettext("%(n)s year", "%(n)s years", number, n=number))


VALUES: dict[str, Callable[[], str]] = {
    "system_password_time": lambda: minutes(settings.system_password_minutes),
    "session_hours": lambda: hours(settings.session_hours),
    "session_idle": lambda: minutes(settings.session_idle_minutes),
    "session_stay": lambda: days(Session.STAY_DAYS),
    "log_time": lambda: days(settings.log_days),
    "log_address_time": lambda: days(settings.log_ip_days),
    "message_time": lambda: days(Account.retention_days.default.arg),
}
