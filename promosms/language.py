"""The language of a page, and numbers, money and times in it."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, has_request_context, request
from flask_babel import (
    force_locale,
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
    pgettext,
)
from flask_login import current_user

from promosms.extensions import babel
from promosms.settings import settings

__all__ = [
    "day",
    "force_locale",
    "gettext",
    "lazy_gettext",
    "money",
    "moment",
    "ngettext",
    "number",
    "pgettext",
]

UNITS = Decimal(10_000)


def init_app(app: Flask) -> None:
    """Choose the language per request and give the templates their filters."""
    babel.init_app(app, locale_selector=choose, default_translation_directories="translations")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(money=money, number=number, moment=moment, day=day)
    app.jinja_env.globals.update(current_language=current_language)


def choose() -> str:
    """The user's language, else the visitor's choice, else the browser's."""
    languages = settings.languages
    if not has_request_context():
        return languages[0]
    if current_user and current_user.is_authenticated:
        return str(current_user.user.language)
    chosen = request.cookies.get("__Host-language", "")
    if chosen in languages:
        return chosen
    return request.accept_languages.best_match(languages) or languages[0]


def current_language() -> str:
    """The language of this page, such as "pl"."""
    locale = get_locale()
    return locale.language if locale else str(settings.languages[0])


def money(units: int, digits: int | None = None, currency: str = "") -> str:
    """An amount in 1/10,000 of the currency (or of the named one), in the reader's language.

    Two decimal digits, or up to four if needed (a part costs fractions of a cent).
    """
    amount = Decimal(units) / UNITS
    if digits is None:
        digits = 2 if units % 100 == 0 else 4 if units % 10 else 3
    figures = f"#,##0.{'0' * digits}"
    pattern = f"¤{figures}" if current_language() == "en" else f"{figures}\u00a0¤"
    return str(
        format_currency(amount, currency or settings.currency, pattern, currency_digits=False)
    )


def number(value: float) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value))


def moment(value: datetime | None, form: str = "d MMM y, HH:mm") -> str:
    """A time in the zone of the account, with the zone named."""
    if value is None:
        return ""
    zone = timezone()
    local = value.astimezone(zone)
    text = format_datetime(local, form, rebase=False)
    return f"{text} {local.tzname()}" if "H" in form else str(text)


def day(value: date | None, form: str = "d MMM y") -> str:
    """A day without a time, such as one that stands on an invoice."""
    return str(format_date(value, form, rebase=False)) if value else ""


def operator_name() -> str:
    """The name of the operator, or a description while it is not set."""
    return str(settings.operator_name or gettext("the operator of this installation"))


def timezone() -> ZoneInfo:
    """The zone of the signed-in account, else UTC."""
    account = current_user.user.account if current_user and current_user.is_authenticated else None
    try:
        return ZoneInfo(account.timezone if account else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
