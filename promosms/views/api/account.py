"""What the API says of the account: balance, routes, senders, prices."""

from flask import Blueprint

from promosms.forms.api import shared
from promosms.forms.api.account import (
    BalanceOut,
    PriceOut,
    PriceQuery,
    PricesOut,
    RouteOut,
    RoutesOut,
    SenderOut,
    SendersOut,
)
from promosms.models import Route, Scope, SenderKind
from promosms.services.installation import defaults
from promosms.services.prices import prices as price_lists
from promosms.services.senders import chosen, requests
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_account", __name__, url_prefix=PREFIX)


@bp.get("/balance")
@allow(Access.KEY)
@endpoint(scope=Scope.BILLING, gives={200: BalanceOut})
def balance() -> Answer:
    """Read what can be spent, and what is set aside."""
    account = caller.account()
    return Answer(
        BalanceOut(
            balance=shared.written(account.balance),
            held=shared.written(account.held),
            currency=shared.currency(),
        )
    )


@bp.get("/routes")
@allow(Access.KEY)
@endpoint(gives={200: RoutesOut})
def routes() -> Answer:
    """List the routes by which texts can leave, the usual one first."""
    return Answer(RoutesOut(routes=[_route(route) for route in chosen.routes()]))


@bp.get("/senders")
@allow(Access.KEY)
@endpoint(gives={200: SendersOut})
def senders() -> Answer:
    """List the sender names that the account may use."""
    names = requests.approved(caller.key().account_id)
    return Answer(
        SendersOut(
            senders=[
                SenderOut(
                    name=own.sender.name,
                    registered_in=sorted(own.registered),
                    approved_at=own.decision.decided_at if own.decision else None,
                )
                for own in names
            ]
        )
    )


@bp.get("/prices")
@allow(Access.KEY)
@endpoint(query=PriceQuery, gives={200: PricesOut}, fails=("unknown-route",))
def prices(query: PriceQuery) -> Answer:
    """List what a part costs this account, by country."""
    codes = {route.code: route for route in chosen.routes()}
    if query.route and query.route not in codes:
        raise Problem("unknown-route", more={"routes": sorted(codes)})
    route = codes[query.route] if query.route else defaults.default_route()
    listed = price_lists.price_list(route.id, caller.key().account_id, country=query.country)
    rows = [
        PriceOut(country=country, prefix=prefix, price=shared.written(amount))
        for (country, prefix), amount in sorted(listed.amounts.items())
        if query.country in ("", country)
    ]
    return Answer(PricesOut(route=route.code, currency=shared.currency(), prices=rows))


def _route(route: Route) -> RouteOut:
    return RouteOut(
        code=route.code,
        name=route.name,
        description=route.description,
        sender=route.sender,
        answerable=route.sender_kind == SenderKind.NUMBER,
        names=route.names,
        flash=route.flash,
        default=route.is_default,
    )
