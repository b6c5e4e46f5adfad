"""The settings of selling: which are needed, and what is wrong with them.

Checked at every start, because an invoice is issued once and cannot be taken back.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_territory_currencies
from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.util import get_cc_module

Config = Mapping[str, Any]

NEEDED = (
    "OPERATOR_NAME",
    "OPERATOR_STREET",
    "OPERATOR_POSTCODE",
    "OPERATOR_CITY",
    "OPERATOR_COUNTRY",
    "OPERATOR_TAX_ID",
    "OPERATOR_IBAN",
)
# Whoever sets one of these wants to sell; name and tax id also stand on the policy pages.
TELLING = tuple(name for name in NEEDED if name not in ("OPERATOR_NAME", "OPERATOR_TAX_ID"))
SERIES = ("INVOICE_SERIES", "CREDIT_NOTE_SERIES", "PRO_FORMA_SERIES")
CENT = 100  # 1/10,000 of the currency
LONGEST = 100_000_000_000  # ten million: what one amount may be at most
JOINED = {"BG": "EUR"}  # in 2026, which the tables of Babel do not know yet
LOGOS = {
    ".png": (b"\x89PNG\r\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".svg": (b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg", b"\xef\xbb\xbf<"),
}


def missing(config: Config) -> list[str]:
    """The settings that an invoice needs and nobody has set."""
    return [name for name in NEEDED if not str(config[name]).strip()]


def untouched(config: Config) -> bool:
    """Has nobody begun to say who sells?"""
    return not any(str(config[name]).strip() for name in TELLING)


def problem(config: Config) -> str:
    """The first thing that is wrong, as one line that says what to do; empty if nothing is."""
    checks: tuple[Callable[[Config], Iterator[str]], ...] = (
        *(_whole_numbers, _amounts, _packages, _series, _currency, _stripe, _vies),
        *(_complete, _country, _tax_id, _timezone, _bank, _logo),
    )
    return next((line for check in checks for line in check(config)), "")


def _whole_numbers(config: Config) -> Iterator[str]:
    ranges = {
        "VAT_RATE": (0, 5_000, "in 1/100 of a percent: 2300 for 23 %"),
        "INVOICE_YEARS": (1, 30, "years"),
        "TOP_UP_DAYS": (1, 365, "days"),
        "TRIAL_GUESTS": (0, 100, "people"),
        "TRIAL_TEXTS_PER_DAY": (0, 1_000_000, "texts"),
        "WELCOME_CREDIT": (0, LONGEST, "in 1/10,000 of the currency"),
        "ADJUSTMENT_LIMIT": (0, LONGEST, "in 1/10,000 of the currency"),
    }
    for name, (least, most, what) in ranges.items():
        if not _whole(config[name]) or not least <= config[name] <= most:
            yield f"{name} must be a whole number from {least} to {most} ({what})."


def _amounts(config: Config) -> Iterator[str]:
    least, most = config["TOP_UP_SMALLEST"], config["TOP_UP_LARGEST"]
    for name in ("TOP_UP_SMALLEST", "TOP_UP_LARGEST"):
        if not _cents(config[name]):
            yield f"{name} must be whole cents: a multiple of {CENT} from {CENT} to {LONGEST}."
    if _cents(least) and _cents(most) and least > most:
        yield "TOP_UP_SMALLEST must not be more than TOP_UP_LARGEST."


def _packages(config: Config) -> Iterator[str]:
    packages = config["TOP_UP_PACKAGES"]
    least, most = config["TOP_UP_SMALLEST"], config["TOP_UP_LARGEST"]
    if not isinstance(packages, (list, tuple)) or not all(_cents(one) for one in packages):
        yield f"TOP_UP_PACKAGES must be a list of whole cents: multiples of {CENT}."
    elif any(not least <= one <= most for one in packages):
        yield "TOP_UP_PACKAGES must lie between TOP_UP_SMALLEST and TOP_UP_LARGEST."


def _series(config: Config) -> Iterator[str]:
    for name in SERIES:
        if not re.fullmatch(r"[A-Z0-9-]{1,12}", str(config[name])):
            yield f"{name} must have 1 to 12 capital letters, digits or hyphens."
    if len({config[name] for name in SERIES}) < len(SERIES):
        yield f"{', '.join(SERIES)} must differ: each series counts for itself."


def _currency(config: Config) -> Iterator[str]:
    if config["CURRENCY"] not in get_global("all_currencies"):
        yield f"CURRENCY must be a code of ISO 4217 such as EUR, not {config['CURRENCY']!r}."


def _stripe(config: Config) -> Iterator[str]:
    key, secret = str(config["STRIPE_SECRET_KEY"]), str(config["STRIPE_WEBHOOK_SECRET"])
    if bool(key) != bool(secret):
        yield "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are needed both, or neither."
    if key and not key.startswith(("sk_", "rk_")):
        yield "STRIPE_SECRET_KEY must begin with sk_ or rk_."
    if config["PRODUCTION"] and key.startswith(("sk_test_", "rk_test_")):
        yield "STRIPE_SECRET_KEY is a test key: in production it would give credit for nothing."
    if secret and not secret.startswith("whsec_"):
        yield "STRIPE_WEBHOOK_SECRET must begin with whsec_."
    yield from _address(config, "STRIPE_URL")


def _vies(config: Config) -> Iterator[str]:
    yield from _address(config, "VIES_URL")


def _address(config: Config, name: str) -> Iterator[str]:
    given = str(config[name])
    parts = urlsplit(given)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1") and not config["PRODUCTION"]
    if given and not (parts.hostname and parts.scheme in ("https", "http" if local else "https")):
        yield f"{name} must begin with https:// (http only on this machine, not in production)."


def _complete(config: Config) -> Iterator[str]:
    if not untouched(config) and (absent := missing(config)):
        yield f"To sell, {', '.join(absent)} must be set too. To sell nothing, set none of them."


def _country(config: Config) -> Iterator[str]:
    if untouched(config):
        return
    country = str(config["OPERATOR_COUNTRY"])
    national = _currencies(country)
    if not national:
        yield f"OPERATOR_COUNTRY must be a code of ISO 3166 such as PL, not {country!r}."
    elif config["CURRENCY"] not in national:
        # VAT Directive art. 230: the VAT stands on the invoice in the national currency.
        allowed = " or ".join(national)
        yield f"CURRENCY must be {allowed}, the currency of OPERATOR_COUNTRY {country}."


def _currencies(country: str) -> list[str]:
    """What is paid with in a country today; nothing for what is none."""
    if country in JOINED:
        return [JOINED[country]]
    if country not in get_global("territory_currencies"):
        return []
    return list(get_territory_currencies(country, datetime.now(UTC).date()))


def _tax_id(config: Config) -> Iterator[str]:
    if untouched(config):
        return
    country, given = config["OPERATOR_COUNTRY"], str(config["OPERATOR_TAX_ID"])
    if country.lower() in eu_vat.MEMBER_STATES:
        prefix = "EL" if country == "GR" else country
        if not given.replace(" ", "").upper().startswith(prefix):
            yield f"OPERATOR_TAX_ID must begin with {prefix}, as VIES writes it."
        elif not eu_vat.is_valid(given):
            yield f"OPERATOR_TAX_ID {given} is not a VAT number of {country}."
        return
    rules = get_cc_module(country, "vat")
    if rules is not None and not rules.is_valid(given):
        yield f"OPERATOR_TAX_ID {given} is not a tax number of {country}."


def _timezone(config: Config) -> Iterator[str]:
    zone = str(config["OPERATOR_TIMEZONE"])
    if zone and zone not in available_timezones():
        yield f"OPERATOR_TIMEZONE must be a zone such as Europe/Warsaw, not {zone!r}."


def _bank(config: Config) -> Iterator[str]:
    if config["OPERATOR_IBAN"] and not iban.is_valid(str(config["OPERATOR_IBAN"])):
        yield "OPERATOR_IBAN is not a bank account number (IBAN): check its digits."
    if config["OPERATOR_BIC"] and not bic.is_valid(str(config["OPERATOR_BIC"])):
        yield "OPERATOR_BIC is not the code of a bank: 8 or 11 letters and digits."


def _logo(config: Config) -> Iterator[str]:
    if not config["OPERATOR_LOGO"]:
        return
    path = Path(str(config["OPERATOR_LOGO"]))
    try:
        with path.open("rb") as file:
            begins = file.read(64).lstrip()
    except OSError:
        yield f"OPERATOR_LOGO {path} cannot be read."
        return
    if not begins.startswith(LOGOS.get(path.suffix.lower(), ())):
        yield f"OPERATOR_LOGO {path} must be a picture: .png, .svg or .jpg."


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _cents(value: Any) -> bool:
    return _whole(value) and CENT <= value <= LONGEST and value % CENT == 0
