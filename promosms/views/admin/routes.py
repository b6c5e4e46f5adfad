"""Routes: their name, their sender, and the gateways behind them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.routes import AttachForm, NewRouteForm, PlaceForm, RouteForm
from promosms.language import gettext as _
from promosms.models import Route, SenderKind
from promosms.services.gateways import gateways
from promosms.services.gateways import routes as services
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/routes", methods=["GET", "POST"])
@allow(Access.ADMIN)
def routes() -> ResponseReturnValue:
    """All routes, with the gateways behind them; a new one."""
    form = NewRouteForm()
    if form.validate_on_submit():
        made = services.add(form.name.data or "", me().public_id)
        flash(_("The route is made. Nothing goes by it until you say so."), "good")
        return _back(made.code)
    page = render_template(
        "admin/routes.html",
        routes=[(route, services.behind(route.id)) for route in services.everything()],
        form=form,
        country_names=labels.country_names,
    )
    return page, 422 if form.errors else 200


@bp.route("/routes/<code>", methods=["GET", "POST"])
@allow(Access.ADMIN)
def route(code: str) -> ResponseReturnValue:
    """One route: rename it, choose its sender."""
    found, form = _found(code), RouteForm()
    if request.method == "GET":
        return _page(found, RouteForm(formdata=None, obj=found))
    if not form.validate():
        return _page(found, form), 422
    kind = SenderKind(form.sender_kind.data)
    services.change(found.id, form.name.data or "", kind, form.sender.data or "", me().public_id)
    flash(_("The route is saved."), "good")
    return _back(code)


@bp.route("/routes/<code>/default", methods=["POST"])
@allow(Access.ADMIN)
def default_route(code: str) -> ResponseReturnValue:
    """Use it for new campaigns and for the texts of the installation itself."""
    if services.make_default(_found(code).id, me().public_id):
        flash(_("New campaigns go by this route from now on."), "good")
    return _back(code)


@bp.route("/routes/<code>/attach", methods=["POST"])
@allow(Access.ADMIN)
def attach(code: str) -> ResponseReturnValue:
    """Put a gateway behind a route."""
    found, form = _found(code), AttachForm()
    gateway = gateways.find(form.gateway.data or "")
    if form.validate() and gateway and services.attach(found.id, gateway.id, me().public_id):
        flash(
            _("%(name)s stands behind this route now, as the last one.", name=gateway.name), "good"
        )
    return _back(code)


@bp.route("/routes/<code>/arrange", methods=["POST"])
@allow(Access.ADMIN)
def arrange(code: str) -> ResponseReturnValue:
    """Give a gateway its place, its share and its countries."""
    found, form = _found(code), PlaceForm()
    gateway = gateways.find(form.gateway.data or "") or abort(404)
    if not form.validate():
        return _page(found, RouteForm(formdata=None, obj=found), form), 422
    place = form.position.data or 1, form.weight.data or 0, form.codes()
    services.arrange(found.id, gateway.id, place[0] - 1, place[1], place[2], me().public_id)
    flash(_("Saved: %(name)s.", name=gateway.name), "good")
    return _back(code)


@bp.route("/routes/<code>/detach", methods=["POST"])
@allow(Access.ADMIN)
def detach(code: str) -> ResponseReturnValue:
    """Take a gateway away from a route."""
    found, form = _found(code), AttachForm()
    gateway = gateways.find(form.gateway.data or "")
    if form.validate() and gateway and services.detach(found.id, gateway.id, me().public_id):
        flash(_("%(name)s is not behind this route any more.", name=gateway.name), "good")
    return _back(code)


def _found(code: str) -> Route:
    found = services.find(code)
    return found if found is not None else abort(404)


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("admin.route", code=code), code=303)


def _page(found: Route, form: RouteForm, wrong: PlaceForm | None = None) -> str:
    behind = services.behind(found.id)
    forms = [
        wrong if wrong and wrong.gateway.data == each.gateway.name else PlaceForm.of(each)
        for each in behind
    ]
    for each, place in zip(behind, forms, strict=True):
        place.number_ids(each.gateway.id)
    return render_template(
        "admin/route.html",
        route=found,
        form=form,
        behind=list(zip(behind, forms, strict=True)),
        others=services.others(found.id),
    )
