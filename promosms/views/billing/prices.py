"""The price list as customers see it."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.lib import countries
from promosms.models import now
from promosms.services.auth.rights import Right
from promosms.services.gateways import routes
from promosms.services.installation import defaults
from promosms.services.prices import pages as price_pages
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, my_account


@bp.route("/prices")
@allow(Right.LOOK)
def prices() -> ResponseReturnValue:
    """The price of a part, by country."""
    typed, account = request.args.get("q", "").strip()[:60], my_account()
    route = routes.find(request.args.get("route", "")) or defaults.default_route()
    table = price_pages.price_table(route.id, account.id, account.region, now())
    own_column = table.sizes.index(table.standing.tier)
    names = countries.names({row.country for row in table.rows})
    by_country = {code: [row for row in table.rows if row.country == code] for code, _name in names}
    groups = [
        (name, countries.calling_code(code), by_country[code])
        for code, name in names
        if countries.matches(typed, code, name)
    ]
    return render_template(
        "billing/prices.html",
        routes=routes.everything(),
        route=route,
        table=table,
        groups=groups,
        amounts=[row.cells[own_column].amount for _name, _code, rows in groups for row in rows],
        names=dict(names),
        own_column=own_column,
        changing=any(row.cells[own_column].changes_at for row in table.rows),
        typed=typed,
    )
