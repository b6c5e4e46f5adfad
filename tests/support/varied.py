"""Values that promises name, each doubled on request, and the test that then has to fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask

from promosms.models import Account, Session
from promosms.settings import settings_of
from tests.support.settings import override


class Varied(NamedTuple):
    """A setting, or "" for one of the `DEFAULTS`, and a test that proves it."""

    setting: str
    test: str


_LIMITS = "tests/views/auth/test_session_limits.py::"
_LOGS = (
    "tests/test_logs.py::test_addresses_are_shortened_after_seven_days_and_lines_gone_after_thirty"
)
VALUES = {
    "session_idle": Varied(
        "SESSION_IDLE_MINUTES", f"{_LIMITS}test_it_ends_after_an_hour_without_a_click"
    ),
    "session_hours": Varied(
        "SESSION_HOURS", f"{_LIMITS}test_clicks_do_not_keep_it_longer_than_twelve_hours"
    ),
    "session_stay": Varied(
        "",
        "tests/views/auth/test_stay_signed_in.py::test_it_ends_after_thirty_days_whatever_happens",
    ),
    "system_password_time": Varied(
        "SYSTEM_PASSWORD_MINUTES",
        "tests/views/auth/test_sign_in.py"
        "::test_it_refuses_the_password_of_the_text_after_half_an_hour",
    ),
    "log_time": Varied("LOG_DAYS", _LOGS),
    "log_address_time": Varied("LOG_IP_DAYS", _LOGS),
    "message_time": Varied(
        "",
        "tests/services/privacy/test_retention.py"
        "::test_only_due_rows_are_deleted_and_none_a_day_early",
    ),
}

DEFAULTS: dict[str, tuple[Any, str]] = {
    "message_time": (Account.retention_days.default, "arg"),
    "session_stay": (Session, "STAY_DAYS"),
}


@contextmanager
def doubled(app: Flask, name: str | None) -> Iterator[None]:
    """Make a value twice as large, wherever the code reads it; the caller resets the settings."""
    if name is not None and (setting := VALUES[name].setting):
        override(app, {setting: 2 * getattr(settings_of(app), setting.lower())})
    with _doubled_default(*DEFAULTS.get(name or "", ())):
        yield


@contextmanager
def _doubled_default(owner: Any = None, attribute: str = "") -> Iterator[None]:
    if owner is None:
        yield
        return
    usual = getattr(owner, attribute)
    setattr(owner, attribute, 2 * usual)
    try:
        yield
    finally:
        setattr(owner, attribute, usual)
