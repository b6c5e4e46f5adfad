"""The language of a page, and numbers, money, times and browsers in it."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.numbers import get_currency_symbol
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
from markupsafe import Markup, escape

from promosms.extensions import babel
from promosms.settings import currencies, settings

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
    "plain_money",
    "share",
]

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
FRACTION = re.compile(r"(?<=0)\.0+")
ADDRESS = re.compile(r"(\S+@\S+)")
HYPHENATED = re.compile(
    r"(?<![\w-])(\w{1,4}-[^\W\dA-Z_]{1,6}|[A-Z]{2}-[A-Z\d]{4}-[A-Z\d]{4})(?![\w-])"
)


def init_app(app: Flask) -> None:
    """Choose the language per request and give the templates their filters."""
    babel.init_app(app, locale_selector=choose, default_translation_directories="translations")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(
        money=money,
        places=places,
        number=number,
        counted=counted,
        percent=percent,
        share=share,
        moment=moment,
        day=day,
        breakable=breakable,
        hyphenated=hyphenated,
        browser=browser,
    )
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


def money(
    units: int, digits: int | None = None, currency: str = "", *, signed: bool = False
) -> str:
    """An amount in 1/10,000 of the currency (or of the named one), in the reader's language.

    It has the digits of the currency, or up to four if needed: a part costs fractions of a cent,
    and a rounded sum would not be what is charged. `signed` shows the plus of a change, too.
    """
    code = currency or settings.currency
    amount = abs(currencies.decimal(units, code))
    if digits is None:
        digits = -int(amount.as_tuple().exponent)
    pattern = _pattern(code, digits)
    return _sign(units, signed) + str(format_currency(amount, code, pattern, currency_digits=False))


def places(amounts: Iterable[int | None]) -> int | None:
    """How many decimal places amounts need below each other; None if there are none."""
    exact = [currencies.decimal(units, settings.currency) for units in amounts if units]
    return max((-int(amount.as_tuple().exponent) for amount in exact), default=None)


def plain_money(units: int) -> str:
    """An amount for a text: the code of the currency, and only letters that phones have."""
    amount = currencies.decimal(units, settings.currency)
    places = "0" * -int(amount.as_tuple().exponent)
    return f"{format_decimal(amount, f'0.{places}' if places else '0')} {settings.currency}"


def number(value: float) -> str:
    """A number with the separators of the language."""
    return _sign(value) + str(format_decimal(abs(value)))


MOST_SAID = 999


def counted(value: int) -> str:
    """A number of things that wait, up to 999: "999+" says that there are more."""
    return number(value) if value <= MOST_SAID else f"{number(MOST_SAID)}+"


def percent(value: float) -> str:
    """A number of percent, such as 23% or 5.5%."""
    return f"{number(value)}%"


def share(value: float) -> str:
    """A share of 0 to 1 in percent, such as 97%; one below 1% or above 99% with a decimal place.

    So some are never said to be none, and not quite all never all.
    """
    exact = 100 * value
    if 0 < exact < 1 or 99 < exact < 100:
        return percent(min(max(round(exact, 1), 0.1), 99.9))
    return percent(round(exact))


def hyphenated(text: str) -> list[tuple[Markup, bool]]:
    """The parts of a heading; within a true one (e-mail, PS-DD79-VPN2) no line ends."""
    html = escape(text)
    if "<" in html:
        return [(html, False)]
    parts = HYPHENATED.split(html.unescape())
    return [
        (escape(part), True) if place % 2 else (_breakable(part), False)
        for place, part in enumerate(parts)
    ]


def breakable(text: object) -> object:
    """The same, with places in e-mail addresses where a line may end: after @, before dots."""
    if not isinstance(text, str) or "@" not in text or (isinstance(text, Markup) and "<" in text):
        return text
    return _breakable(escape(text).unescape())


def browser(kept: str) -> str:
    """What a session keeps, such as "Chrome on Linux", or nothing, in the reader's language."""
    name, _on, system = kept.partition(" on ")
    if system:
        return str(pgettext("a browser", "%(name)s on %(system)s", name=name, system=system))
    return name or str(gettext("Unknown browser"))


def _breakable(text: str) -> Markup:
    """Of plain text, as HTML."""
    pieces = (
        _breaks(escape(piece)) if place % 2 else piece
        for place, piece in enumerate(ADDRESS.split(text))
    )
    return Markup("").join(pieces)


def _breaks(address: Markup) -> Markup:
    after = address.replace("@", Markup("@<wbr>"))
    return after.replace(".", Markup("<wbr>."))


def _pattern(currency: str, digits: int) -> str:
    """The pattern of the language; a code such as KWD is set off from the figures (CLDR)."""
    locale = get_locale() or Locale(settings.languages[0])
    standard = locale.currency_formats["standard"].pattern.partition(";")[0]
    pattern = FRACTION.sub("." + "0" * digits if digits else "", standard)
    if not unicodedata.category(get_currency_symbol(currency, locale)[-1]).startswith("S"):
        pattern = re.sub(r"¤(?=[#0])", f"¤{NO_BREAK}", pattern)
    return str(pattern)


def _sign(value: float, signed: bool = False) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def moment(
    value: datetime | None, form: str = "d MMM y, HH:mm", zone: ZoneInfo | None = None
) -> str:
    """A time in the zone of the account, or of the admin, or in another, with the zone named."""
    if value is None:
        return ""
    local = value.astimezone(zone or timezone())
    text = format_datetime(local, form, rebase=False)
    return f"{text} {local.tzname()}" if "H" in form else str(text)


def wall_time(value: datetime) -> str:
    """A time on the clocks of whoever is meant: it has no zone."""
    return str(format_datetime(value, "d MMM y, HH:mm", rebase=False))


def day(value: date | None, form: str = "d MMM y") -> str:
    """A day without a time, such as one that stands on an invoice."""
    return str(format_date(value, form, rebase=False)) if value else ""


def operator_name() -> str:
    """The name of the operator, or a description while it is not set."""
    return str(settings.operator_name or gettext("the operator of this installation"))


def timezone() -> ZoneInfo:
    """The zone of the signed-in account, or of the admin, else UTC."""
    user = current_user.user if current_user and current_user.is_authenticated else None
    place = user.account or user if user else None
    try:
        return ZoneInfo(place.timezone if place else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
