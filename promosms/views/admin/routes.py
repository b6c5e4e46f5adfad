"""The pages of routes: name, sender, and the gateways of each route."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.routes import AttachForm, NewRouteForm, PlaceForm, RouteForm
from promosms.language import gettext as _
from promosms.models import Route, SenderKind
from promosms.services.gateways import gateways
from promosms.services.gateways import routes as services
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, fresh_post, me


@bp.route("/routes", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh_post
def routes() -> ResponseReturnValue:
    """All routes with their gateways, and the form for a new one."""
    form = NewRouteForm()
    if form.validate_on_submit():
        route = services.add(form.name.data or "", me().public_id)
        flash(_("The route is made. Nothing goes by it until you say so."), "good")
        return _back(route.code)
    page = render_template(
        "admin/routes.html",
        routes=[(route, services.behind(route.id)) for route in services.everything()],
        form=form,
        country_names=labels.country_names,
    )
    return page, 422 if form.errors else 200


@bp.route("/routes/<code>", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh_post
def route(code: str) -> ResponseReturnValue:
    """One route: change its name and its sender."""
    route, form = _route_or_404(code), RouteForm()
    if request.method == "GET":
        return _page(route, RouteForm.of(route))
    if not form.validate():
        return _page(route, form), 422
    kind = SenderKind(form.sender_kind.data)
    named = form.name.data or "", kind, form.sender.data or ""
    try:
        services.change(route.id, *named, me().public_id, form.abilities())
    except services.CannotFlash:
        form.flash.errors = [_cannot_flash()]
        return _page(route, form), 422
    flash(_("The route is saved."), "good")
    return _back(code)


@bp.route("/routes/<code>/default", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def default_route(code: str) -> ResponseReturnValue:
    """Make a route the default: for new campaigns and for texts of the installation itself."""
    if services.make_default(_route_or_404(code).id, me().public_id):
        flash(_("New campaigns go by this route from now on."), "good")
    return _back(code)


@bp.route("/routes/<code>/attach", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def attach(code: str) -> ResponseReturnValue:
    """Add a gateway to a route."""
    route, form = _route_or_404(code), AttachForm()
    gateway = gateways.find(form.gateway.data or "")
    try:
        if form.validate() and gateway and services.attach(route.id, gateway.id, me().public_id):
            said = _("%(name)s stands behind this route now, as the last one.", name=gateway.name)
            flash(said, "good")
    except services.CannotFlash:
        flash(_cannot_flash(), "bad")
    return _back(code)


@bp.route("/routes/<code>/arrange", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def arrange(code: str) -> ResponseReturnValue:
    """Set the position, the weight and the countries of a gateway in a route."""
    route, form = _route_or_404(code), PlaceForm()
    gateway = gateways.find(form.gateway.data or "") or abort(404)
    if not form.validate():
        return _page(route, RouteForm.of(route), form), 422
    place = form.position.data or 1, form.weight.data or 0, form.codes()
    services.arrange(route.id, gateway.id, place[0] - 1, place[1], place[2], me().public_id)
    flash(_("Saved: %(name)s.", name=gateway.name), "good")
    return _back(code)


@bp.route("/routes/<code>/detach", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def detach(code: str) -> ResponseReturnValue:
    """Remove a gateway from a route."""
    route, form = _route_or_404(code), AttachForm()
    gateway = gateways.find(form.gateway.data or "")
    if form.validate() and gateway and services.detach(route.id, gateway.id, me().public_id):
        flash(_("%(name)s is not behind this route any more.", name=gateway.name), "good")
    return _back(code)


def _cannot_flash() -> str:
    return str(
        _(
            "Flash texts need a route of their own, and gateways that can send them: SMPP with "
            "the alphabet of GSM, or the simulator."
        )
    )


def _route_or_404(code: str) -> Route:
    route = services.find(code)
    return route if route is not None else abort(404)


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("admin.route", code=code), code=303)


def _page(route: Route, route_form: RouteForm, invalid: PlaceForm | None = None) -> str:
    behind = services.behind(route.id)
    place_forms = [
        invalid if invalid and invalid.gateway.data == place.gateway.name else PlaceForm.of(place)
        for place in behind
    ]
    for place, form in zip(behind, place_forms, strict=True):
        form.number_ids(place.gateway.id)
    return render_template(
        "admin/route.html",
        route=route,
        form=route_form,
        behind=list(zip(behind, place_forms, strict=True)),
        place_forms=place_forms,
        others=services.others(route.id),
    )
