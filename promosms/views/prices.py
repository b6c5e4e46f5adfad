"""Public prices: what a text costs, by country, for people who have no account."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms.documents import tax
from promosms.lib import countries
from promosms.models import Role, now
from promosms.services.installation import defaults
from promosms.services.invoices import seller
from promosms.services.prices import public
from promosms.services.prices.public import CountryPrices, Range
from promosms.settings import currencies, settings
from promosms.sms import segments
from promosms.web.access import Access, allow

bp = Blueprint("prices", __name__)

IN_SHORT = 6
"""How many countries the first page shows."""


@bp.route("/prices")
@allow(Access.PUBLIC)
def index() -> ResponseReturnValue:
    """The price of a text to one country, and to all."""
    if not settings.public_prices:
        abort(404)
    listed = public.price_list(now())
    typed = request.args.get("q", "").strip()[:60]
    names = sorted(countries.names(set(listed)), key=lambda named: named[0] != public.home())
    chosen = _chosen(listed)
    sells = seller.seller()
    return render_template(
        "prices/index.html",
        names=names,
        chosen=chosen,
        named=countries.name(chosen.code) if chosen else "",
        examples=_examples(chosen, sells.rate if sells else 0) if chosen else [],
        rows=[
            (listed[code], name, countries.calling_code(code))
            for code, name in names
            if countries.matches(typed, code, name)
        ],
        typed=typed,
        tiered=any(row.tiers for row in listed.values()),
        seller=sells,
        seller_country=countries.name(sells.country) if sells else "",
        sizes=(*segments.ALONE.values(), *segments.JOINED.values()),
        credit=settings.welcome_credit,
        trial=None if defaults.simulator_only() else trial_limits(),
        member=current_user.is_authenticated and current_user.user.role != Role.ADMIN,
    )


def in_short() -> list[tuple[str, Range]]:
    """The countries of the first page with their prices: its own, and others that register here."""
    if not settings.public_prices:
        return []
    listed = public.price_list(now())
    codes = dict.fromkeys((public.home(), *settings.registration_countries, *listed))
    shown = [code for code in codes if code in listed][:IN_SHORT]
    return [(countries.name(code), listed[code].price) for code in shown]


def trial_limits() -> tuple[int, int]:
    """How many guests an account on trial may text, and how many texts it has a day."""
    return settings.trial_guests, settings.trial_texts_per_day


def _chosen(listed: dict[str, CountryPrices]) -> CountryPrices | None:
    """The country that the reader has chosen, else that of the installation, else the first one."""
    codes = (request.args.get("country", ""), public.home(), *listed)
    return next((listed[code] for code in codes if code in listed), None)


def _examples(chosen: CountryPrices, rate: int) -> list[tuple[int, Range, Range]]:
    """Numbers of recipients, the price of a text of one part to all of them, and with VAT."""
    smallest = currencies.smallest(settings.currency)
    return [
        (number, net, Range(*(units + tax.tax_on(units, rate, smallest) for units in net)))
        for number in public.EXAMPLES
        for net in [chosen.price.times(number)]
    ]
