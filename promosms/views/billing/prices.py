"""The price list as customers see it."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.lib import countries
from promosms.models import now
from promosms.services.gateways import routes
from promosms.services.installation import defaults
from promosms.services.prices import pages as price_pages
from promosms.views.billing.blueprint import bp
from promosms.web.access import Access, allow, my_account


@bp.route("/prices")
@allow(Access.MEMBER)
def prices() -> ResponseReturnValue:
    """What a part costs, by country."""
    wanted, account = request.args.get("q", "").strip()[:60], my_account()
    ways = routes.everything()
    route = routes.find(request.args.get("route", "")) or defaults.default_route()
    page = price_pages.page(route.id, account.id, account.region, now())
    own = page.sizes.index(page.standing.tier)
    names = countries.names({line.country for line in page.lines})
    by_country = {
        code: [line for line in page.lines if line.country == code] for code, _name in names
    }
    return render_template(
        "billing/prices.html",
        ways=ways,
        route=route,
        page=page,
        groups=[
            (name, countries.calling_code(code), by_country[code])
            for code, name in names
            if countries.matches(wanted, code, name)
        ],
        names=dict(names),
        own_column=own,
        changing=any(line.cells[own].changes_at for line in page.lines),
        wanted=wanted,
    )
