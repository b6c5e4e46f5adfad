"""The numbers in the promises, from the same settings as the code, in the reader's language.

In Polish they are in the accusative: write "przez" or "na" before the placeholder.
"""

from collections.abc import Callable

from promosms.language import ngettext
from promosms.models import Account
from promosms.settings import setting


def days(number: int) -> str:
    """A length of time such as "30 days"."""
    return str(ngettext("%(n)s day", "%(n)s days", number, n=number))


def hours(number: int) -> str:
    """A length of time such as "12 hours"."""
    return str(ngettext("%(n)s hour", "%(n)s hours", number, n=number))


def minutes(number: int) -> str:
    """A length of time such as "30 minutes"."""
    return str(ngettext("%(n)s minute", "%(n)s minutes", number, n=number))


VALUES: dict[str, Callable[[], str]] = {
    "system_password_time": lambda: minutes(setting("SYSTEM_PASSWORD_MINUTES")),
    "session_hours": lambda: hours(setting("SESSION_HOURS")),
    "session_idle": lambda: minutes(setting("SESSION_IDLE_MINUTES")),
    "log_time": lambda: days(setting("LOG_DAYS")),
    "log_address_time": lambda: days(setting("LOG_IP_DAYS")),
    "message_time": lambda: days(Account.retention_days.default.arg),
}
