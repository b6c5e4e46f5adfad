"""The settings of selling: which are needed, and what is wrong with them.

Checked at every start, because an invoice is issued once and cannot be taken back.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_territory_currencies
from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.util import get_cc_module

from promosms.settings import currencies, invoice_font, service_urls
from promosms.settings.schema import LONGEST, Settings
from promosms.settings.tax_numbers import is_issued

NEEDED = (
    "OPERATOR_NAME",
    "OPERATOR_STREET",
    "OPERATOR_POSTCODE",
    "OPERATOR_CITY",
    "OPERATOR_COUNTRY",
    "OPERATOR_TAX_ID",
    "OPERATOR_IBAN",
)
# A setting of these means selling; name and tax id also stand on the policy pages.
TELLING = tuple(name for name in NEEDED if name not in ("OPERATOR_NAME", "OPERATOR_TAX_ID"))
SERIES = ("INVOICE_SERIES", "CREDIT_NOTE_SERIES", "PRO_FORMA_SERIES")
PERCENT = 100  # of VAT_RATE
JOINED = {"BG": "EUR"}  # in 2026, which the tables of Babel do not know yet
LOGOS = {
    ".png": (b"\x89PNG\r\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".svg": (b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg", b"\xef\xbb\xbf<"),
}


def missing(settings: Settings) -> list[str]:
    """The settings that an invoice needs and nobody has set."""
    return [name for name in NEEDED if not _text(settings, name)]


def untouched(settings: Settings) -> bool:
    """Has nobody begun to say who sells?"""
    return not any(_text(settings, name) for name in TELLING)


def _text(settings: Settings, name: str) -> str:
    return str(getattr(settings, name.lower())).strip()


def problem(settings: Settings) -> str:
    """What prevents selling, as one line that says what to do; empty if nothing does."""
    checks: tuple[Callable[[Settings], Iterator[str]], ...] = (
        *(_amounts, _packages, _series, _rate, _currency, _stripe, _vies, _ksef),
        *(_complete, _letters, _country, _tax_id, _timezone, _bank, _logo),
    )
    return next((line for check in checks for line in check(settings)), "")


def _amounts(settings: Settings) -> Iterator[str]:
    least, most = settings.top_up_smallest, settings.top_up_largest
    cent = currencies.smallest(settings.currency)
    for name, amount in (("TOP_UP_SMALLEST", least), ("TOP_UP_LARGEST", most)):
        if not _payable(amount, cent):
            yield f"{name} must be whole cents: a multiple of {cent} from {cent} to {LONGEST}."
    if _payable(least, cent) and _payable(most, cent) and least > most:
        yield "TOP_UP_SMALLEST must not be more than TOP_UP_LARGEST."


def _packages(settings: Settings) -> Iterator[str]:
    packages = settings.top_up_packages
    least, most = settings.top_up_smallest, settings.top_up_largest
    cent = currencies.smallest(settings.currency)
    if not all(_payable(one, cent) for one in packages):
        yield f"TOP_UP_PACKAGES must be a list of whole cents: multiples of {cent}."
    elif any(not least <= one <= most for one in packages):
        yield "TOP_UP_PACKAGES must lie between TOP_UP_SMALLEST and TOP_UP_LARGEST."


def _series(settings: Settings) -> Iterator[str]:
    series = (settings.invoice_series, settings.credit_note_series, settings.pro_forma_series)
    for name, given in zip(SERIES, series, strict=True):
        if not re.fullmatch(r"[A-Z0-9-]{1,12}", given):
            yield f"{name} must have 1 to 12 capital letters, digits or hyphens."
    if len(set(series)) < len(SERIES):
        yield f"{', '.join(SERIES)} must differ: each series counts for itself."


def _rate(settings: Settings) -> Iterator[str]:
    if 0 < settings.vat_rate < PERCENT:
        yield f"VAT_RATE is in 1/100 of a percent: {settings.vat_rate * PERCENT} may be meant."


def _currency(settings: Settings) -> Iterator[str]:
    if settings.currency not in _in_use():
        yield f"CURRENCY must be a code of ISO 4217 such as EUR, not {settings.currency!r}."


def _stripe(settings: Settings) -> Iterator[str]:
    key, secret = settings.stripe_secret_key, settings.stripe_webhook_secret
    if bool(key) != bool(secret):
        yield "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are needed both, or neither."
    if key and not key.startswith(("sk_", "rk_")):
        yield "STRIPE_SECRET_KEY must begin with sk_ or rk_."
    if settings.production and key.startswith(("sk_test_", "rk_test_")):
        yield "STRIPE_SECRET_KEY is a test key: in production it would give credit for nothing."
    if secret and not secret.startswith("whsec_"):
        yield "STRIPE_WEBHOOK_SECRET must begin with whsec_."
    yield from _address(settings, "STRIPE_URL", settings.stripe_url)


def _vies(settings: Settings) -> Iterator[str]:
    yield from _address(settings, "VIES_URL", settings.vies_url)


def _ksef(settings: Settings) -> Iterator[str]:
    address = settings.ksef_qr_url
    if not re.fullmatch(r"https://[a-z0-9.-]+(/[A-Za-z0-9._~-]+)*/?", address):
        yield "KSEF_QR_URL must begin with https://, such as https://qr.ksef.mf.gov.pl."


def _address(settings: Settings, name: str, address: str) -> Iterator[str]:
    parts = service_urls.split(address)
    host, scheme = (parts.hostname, parts.scheme) if parts else (None, "")
    local = host in ("localhost", "127.0.0.1", "::1") and not settings.production
    if address and not (host and scheme in ("https", "http" if local else "https")):
        yield f"{name} must begin with https:// (http only on this machine, not in production)."


def _complete(settings: Settings) -> Iterator[str]:
    if not untouched(settings) and (absent := missing(settings)):
        yield f"To sell, {', '.join(absent)} must be set too. To sell nothing, set none of them."


def _letters(settings: Settings) -> Iterator[str]:
    for name in (*NEEDED, "OPERATOR_BANK"):
        if letters := invoice_font.unprintable(_text(settings, name)):
            yield (
                f"{name}: invoices cannot print {' '.join(letters[:8])}. Write it in Latin, Greek "
                "or Cyrillic letters."
            )


def _country(settings: Settings) -> Iterator[str]:
    if untouched(settings):
        return
    country = settings.operator_country
    national = _currencies(country)
    if not national:
        yield f"OPERATOR_COUNTRY must be a code of ISO 3166 such as PL, not {country!r}."
    elif settings.currency not in national:
        # VAT Directive art. 230: the VAT stands on the invoice in the national currency.
        allowed = " or ".join(national)
        yield f"CURRENCY must be {allowed}, the currency of OPERATOR_COUNTRY {country}."


def _in_use() -> set[str]:
    """All that is paid with somewhere today: not the zloty before 1995, nor gold."""
    return {code for country in get_global("territory_currencies") for code in _currencies(country)}


def _currencies(country: str) -> list[str]:
    """What is paid with in a country today; nothing for what is none."""
    if country in JOINED:
        return [JOINED[country]]
    if country not in get_global("territory_currencies"):
        return []
    return list(get_territory_currencies(country, datetime.now(UTC).date()))


def _tax_id(settings: Settings) -> Iterator[str]:
    if untouched(settings):
        return
    country, given = settings.operator_country, settings.operator_tax_id
    if country.lower() in eu_vat.MEMBER_STATES:
        prefix = "EL" if country == "GR" else country
        if not given.replace(" ", "").upper().startswith(prefix):
            yield f"OPERATOR_TAX_ID must begin with {prefix}, as VIES writes it."
        elif not (eu_vat.is_valid(given) and is_issued(eu_vat.compact(given), country)):
            yield f"OPERATOR_TAX_ID {given} is not a VAT number of {country}."
        return
    rules = get_cc_module(country, "vat")
    right = rules is None or (rules.is_valid(given) and is_issued(rules.compact(given), country))
    if not right:
        yield f"OPERATOR_TAX_ID {given} is not a tax number of {country}."


def _timezone(settings: Settings) -> Iterator[str]:
    zone = settings.operator_timezone
    if zone and zone not in available_timezones():
        yield f"OPERATOR_TIMEZONE must be a zone such as Europe/Warsaw, not {zone!r}."


def _bank(settings: Settings) -> Iterator[str]:
    if settings.operator_iban and not iban.is_valid(settings.operator_iban):
        yield "OPERATOR_IBAN is not a bank account number (IBAN): check its digits."
    if settings.operator_bic and not bic.is_valid(settings.operator_bic):
        yield "OPERATOR_BIC is not the code of a bank: 8 or 11 letters and digits."


def _logo(settings: Settings) -> Iterator[str]:
    if not settings.operator_logo:
        return
    path = Path(settings.operator_logo)
    try:
        with path.open("rb") as file:
            begins = file.read(64).lstrip()
    except OSError:
        yield f"OPERATOR_LOGO {path} cannot be read."
        return
    if not begins.startswith(LOGOS.get(path.suffix.lower(), ())):
        yield f"OPERATOR_LOGO {path} must be a picture: .png, .svg or .jpg."


def _payable(value: int, smallest: int) -> bool:
    return smallest <= value <= LONGEST and value % smallest == 0
