"""Prices of a route: add and change them, plan them, withdraw them, and whole tables of them."""

from contextlib import closing

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.prices import (
    AgreeForm,
    EntryForm,
    PriceForm,
    TableForm,
    row_words,
    table_words,
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
from promosms.settings import setting
from promosms.views.admin.blueprint import bp
from promosms.views.recipients.tables import csv_file
from promosms.web.access import Access, allow, me

SHOWN = 200


@bp.route("/routes/<code>/prices", methods=["GET", "POST"])
@allow(Access.ADMIN)
def prices(code: str) -> ResponseReturnValue:
    """What a part costs on a route; another price."""
    route = _found(code)
    if request.method == "GET":
        return _page(route, PriceForm(formdata=None, data=_asked()))
    form = PriceForm()
    if not form.validate() or not _put(route, form):
        return _page(route, form), 422
    return _back(code)


@bp.route("/routes/<code>/prices/history")
@allow(Access.ADMIN)
def price_history(code: str) -> ResponseReturnValue:
    """Everything that ever was the price of a country."""
    route, country = _found(code), request.args.get("country", "")
    if not countries.exists(country):
        return _back(code)
    known = services.entries(route.id)
    return render_template(
        "admin/price_history.html",
        route=route,
        name=countries.names({country})[0][1],
        country=country,
        lines=price_entries.history(known, country, now()),
        moment_now=now(),
    )


@bp.route("/routes/<code>/prices/remove", methods=["POST"])
@allow(Access.ADMIN)
def remove_price(code: str) -> ResponseReturnValue:
    """Withdraw a price from now on, or drop one that was only planned."""
    route, form = _found(code), EntryForm()
    typed = form.read() if form.validate() else None
    if typed is None:
        abort(400)
    if typed.valid_from is not None:
        gone = price_entries.drop_plan(route.id, typed, me().public_id)
        done = _("The planned price is dropped.")
    else:
        gone = price_entries.put(route.id, typed, me().public_id)
        done = _("The price is withdrawn. Campaigns that are prepared already keep theirs.")
    nothing = _("There was no such price any more, so nothing was changed.")
    flash(done if gone else nothing, "good" if gone else "info")
    return _back(code)


@bp.route("/routes/<code>/prices.csv")
@allow(Access.ADMIN)
def export_prices(code: str) -> ResponseReturnValue:
    """What holds and what is planned, as a table that can be changed and imported again."""
    route = _found(code)
    return csv_file(price_tables.export_rows(route.id), f"prices-{route.code}.csv")


@bp.route("/routes/<code>/prices/table", methods=["GET", "POST"])
@allow(Access.ADMIN)
def price_table(code: str) -> ResponseReturnValue:
    """Choose a table, and see what it would change. Nothing is stored yet."""
    route, form = _found(code), TableForm()
    if not form.validate_on_submit():
        return _choose(route, form), 422 if form.errors else 200
    try:
        with closing(form.file.data) as file:
            text = price_tables.decode(file.stream.read(price_tables.MOST_BYTES + 1))
        return _preview(route, text, price_tables.plan(route.id, text))
    except BadTable as error:
        form.file.errors = [table_words(error)]
        return _choose(route, form), 422


@bp.route("/routes/<code>/prices/import", methods=["POST"])
@allow(Access.ADMIN)
def import_prices(code: str) -> ResponseReturnValue:
    """Make the changes that the preview has shown."""
    route, form = _found(code), AgreeForm()
    if not form.validate():
        return redirect(url_for("admin.price_table", code=code), code=303)
    text = form.text.data or ""
    try:
        done = price_tables.apply(route.id, text, form.seal.data or "", me().public_id)
    except BadTable:
        return redirect(url_for("admin.price_table", code=code), code=303)
    except price_tables.Moved:
        flash(_("The prices have changed since you looked. Please look again."), "warn")
        return _preview(route, text, price_tables.plan(route.id, text))
    said = ngettext("%(n)s price is changed.", "%(n)s prices are changed.", done, n=number(done))
    flash(said, "good")
    return _back(code)


def _found(code: str) -> Route:
    return routes.find(code) or abort(404)


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("admin.prices", code=code), code=303)


def _asked() -> dict[str, str]:
    """The price whose button *Change* was pressed."""
    return {name: request.args.get(name, "")[:20] for name in ("country", "prefix", "tier")}


def _put(route: Route, form: PriceForm) -> bool:
    typed = form.read(now())
    if typed is None:
        return False
    try:
        changed = price_entries.put(route.id, typed, me().public_id)
    except BadCell as error:
        form.refuse(error)
        return False
    same = _("This is the price already, so nothing was changed.")
    flash(_("The price is saved.") if changed else same, "good" if changed else "info")
    return True


def _page(route: Route, form: PriceForm) -> str:
    wanted, moment = request.args.get("q", "").strip()[:60], now()
    found = price_entries.present(services.entries(route.id), moment)
    names = countries.names({entry.country for entry in found})
    return render_template(
        "admin/prices.html",
        route=route,
        form=form,
        wanted=wanted,
        groups=[
            (name, code, [entry for entry in found if entry.country == code])
            for code, name in names
            if countries.matches(wanted, code, name)
        ],
        any_price=bool(found),
        moment_now=moment,
        figures=price_tables.figures,
    )


def _choose(route: Route, form: TableForm) -> str:
    example = [
        ("PL", "", "", "", "0.03", setting("CURRENCY")),
        ("PL", "48731", "", "2027-01-01", "0.035", setting("CURRENCY")),
    ]
    return render_template(
        "admin/price_table.html",
        route=route,
        form=form,
        columns=price_tables.COLUMNS,
        example=example,
    )


def _preview(route: Route, text: str, plan: Plan) -> ResponseReturnValue:
    named = dict(countries.names({change.typed.country for _row, change in plan.changes}))
    page = render_template(
        "admin/price_preview.html",
        route=route,
        plan=plan,
        changes=plan.changes[:SHOWN],
        errors=[(row, row_words(error)) for row, error in plan.errors[:SHOWN]],
        names=named,
        form=AgreeForm(formdata=None, data={"text": text, "seal": plan.seal}),
    )
    return page, 422 if plan.errors else 200
