"""Prices of a route: set, plan and withdraw them, and import and export price tables."""

from contextlib import closing

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.prices import (
    AgreeForm,
    EntryForm,
    PriceForm,
    TableForm,
    row_problem,
    table_problem,
)
from promosms.language import gettext as _
from promosms.language import ngettext, number
from promosms.lib import countries
from promosms.models import Route, now
from promosms.services.gateways import routes
from promosms.services.prices import entries as price_entries
from promosms.services.prices import prices as services
from promosms.services.prices import tables as price_tables
from promosms.services.prices.cells import BadCell
from promosms.services.prices.tables import BadTable, Plan
from promosms.settings import settings
from promosms.views.admin.blueprint import bp
from promosms.views.recipients.tables import csv_file
from promosms.web.access import Access, allow, fresh, fresh_post, me

SHOWN = 200


@bp.route("/routes/<code>/prices", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh_post
def prices(code: str) -> ResponseReturnValue:
    """The prices of a route, and a form to set one."""
    route = _route(code)
    if request.method == "GET":
        return _page(route, PriceForm(formdata=None, data=_price_to_change()))
    form = PriceForm()
    if not form.validate() or not _put(route, form):
        return _page(route, form), 422
    return _redirect(code)


@bp.route("/routes/<code>/prices/history")
@allow(Access.ADMIN)
def price_history(code: str) -> ResponseReturnValue:
    """All prices that a country has had, and planned ones."""
    route, country = _route(code), request.args.get("country", "")
    if not countries.exists(country):
        return _redirect(code)
    return render_template(
        "admin/price_history.html",
        route=route,
        name=countries.names({country})[0][1],
        country=country,
        rows=price_entries.history(services.entries(route.id), country, now()),
        moment_now=now(),
    )


@bp.route("/routes/<code>/prices/remove", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def remove_price(code: str) -> ResponseReturnValue:
    """Withdraw a price from now on, or delete a planned one."""
    route, form = _route(code), EntryForm()
    price = form.read() if form.validate() else None
    if price is None:
        abort(400)
    if price.valid_from is not None:
        removed = price_entries.drop_plan(route.id, price, me().public_id)
        done = _("The planned price is dropped.")
    else:
        removed = price_entries.put(route.id, price, me().public_id)
        done = _("The price is withdrawn. Campaigns that are prepared already keep theirs.")
    unchanged = _("There was no such price any more, so nothing was changed.")
    flash(done if removed else unchanged, "good" if removed else "info")
    return _redirect(code)


@bp.route("/routes/<code>/prices.csv")
@allow(Access.ADMIN)
def export_prices(code: str) -> ResponseReturnValue:
    """The valid and planned prices as a CSV file that can be edited and imported again."""
    route = _route(code)
    return csv_file(price_tables.export_rows(route.id), f"prices-{route.code}.csv")


@bp.route("/routes/<code>/prices/table", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh_post
def price_table(code: str) -> ResponseReturnValue:
    """Upload a table, and preview its changes. Nothing is stored yet."""
    route, form = _route(code), TableForm()
    if not form.validate_on_submit():
        return _choose(route, form), 422 if form.errors else 200
    try:
        with closing(form.file.data) as file:
            text = price_tables.decode(file.stream.read(price_tables.MOST_BYTES + 1))
        return _preview(route, text, price_tables.plan(route.id, text))
    except BadTable as error:
        form.file.errors = [table_problem(error)]
        return _choose(route, form), 422


@bp.route("/routes/<code>/prices/import", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def import_prices(code: str) -> ResponseReturnValue:
    """Make the previewed changes."""
    route, form = _route(code), AgreeForm()
    if not form.validate():
        return redirect(url_for("admin.price_table", code=code), code=303)
    text = form.text.data or ""
    try:
        changed = price_tables.apply(route.id, text, form.digest.data or "", me().public_id)
    except BadTable:
        return redirect(url_for("admin.price_table", code=code), code=303)
    except price_tables.PreviewOutdated:
        flash(_("The prices have changed since you looked. Please look again."), "warn")
        return _preview(route, text, price_tables.plan(route.id, text))
    flash(
        ngettext(
            "%(n)s price is changed.", "%(n)s prices are changed.", changed, n=number(changed)
        ),
        "good",
    )
    return _redirect(code)


def _route(code: str) -> Route:
    return routes.find(code) or abort(404)


def _redirect(code: str) -> ResponseReturnValue:
    return redirect(url_for("admin.prices", code=code), code=303)


def _price_to_change() -> dict[str, str]:
    """The price whose link *Change* was followed."""
    return {name: request.args.get(name, "")[:20] for name in ("country", "prefix", "tier")}


def _put(route: Route, form: PriceForm) -> bool:
    price = form.read(now())
    if price is None:
        return False
    try:
        changed = price_entries.put(route.id, price, me().public_id)
    except BadCell as error:
        form.refuse(error)
        return False
    same = _("This is the price already, so nothing was changed.")
    flash(_("The price is saved.") if changed else same, "good" if changed else "info")
    return True


def _page(route: Route, form: PriceForm) -> str:
    typed, moment = request.args.get("q", "").strip()[:60], now()
    entries = price_entries.present(services.entries(route.id), moment)
    names = countries.names({entry.country for entry in entries})
    return render_template(
        "admin/prices.html",
        route=route,
        form=form,
        typed=typed,
        groups=[
            (name, code, [entry for entry in entries if entry.country == code])
            for code, name in names
            if countries.matches(typed, code, name)
        ],
        any_price=bool(entries),
        moment_now=moment,
        figures=price_tables.figures,
    )


def _choose(route: Route, form: TableForm) -> str:
    example = [
        ("PL", "", "", "", "0.03", settings.currency),
        ("PL", "48731", "", "2027-01-01", "0.035", settings.currency),
    ]
    return render_template(
        "admin/price_table.html",
        route=route,
        form=form,
        columns=price_tables.COLUMNS,
        example=example,
    )


def _preview(route: Route, text: str, plan: Plan) -> ResponseReturnValue:
    names = dict(countries.names({change.price.country for _row, change in plan.changes}))
    page = render_template(
        "admin/price_preview.html",
        route=route,
        plan=plan,
        changes=plan.changes[:SHOWN],
        errors=[(row, row_problem(error)) for row, error in plan.errors[:SHOWN]],
        names=names,
        form=AgreeForm(formdata=None, data={"text": text, "digest": plan.digest}),
    )
    return page, 422 if plan.errors else 200
