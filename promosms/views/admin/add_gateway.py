"""Adding a gateway of any kind, and checking the connection of one."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.gateways import GatewayForm, form_of
from promosms.gateways.base import RATE, WINDOW
from promosms.gateways.smpp.check import Finding
from promosms.gateways.smpp.settings import SettingError
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.services.gateways import connection_check, gateways
from promosms.services.gateways.credentials import KeyChanged
from promosms.services.installation import defaults
from promosms.views.admin.blueprint import bp
from promosms.views.admin.gateway_kinds import KINDS
from promosms.web.access import Access, allow, fresh, me
from promosms.web.limits import limit

FINDINGS = {
    Finding.BOUND: _("The provider lets us in: server, name and password are right."),
    Finding.REFUSED: _("The server answers, but it does not accept the system ID or password."),
    Finding.NOT_NOW: _(
        "The server answers, but it takes no connection now. Perhaps all that the contract allows "
        "are open already: then everything is right."
    ),
    Finding.NO_SUCH_HOST: _("There is no server of this name. Is it typed correctly?"),
    Finding.CERTIFICATE: _(
        "No safe connection: the server has no TLS on this port, or its certificate is not valid "
        "for this name."
    ),
    Finding.UNREACHABLE: _(
        "The server cannot be reached. Is the port right, and has the provider allowed the address "
        "of this server?"
    ),
    Finding.NO_ANSWER: _(
        "Something answers there, but not as a server for texts does. Are port and TLS right?"
    ),
}

SPEED = {"rate": RATE, "window": WINDOW, "connections": 1}
"""What the form begins with."""


@bp.route("/add-gateway")
@allow(Access.ADMIN)
def add_gateway() -> ResponseReturnValue:
    """Choose what the texts shall leave by."""
    return render_template("admin/gateway_kinds.html", kinds=KINDS)


@bp.route("/add-gateway/<kind>", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh
@limit("60 per hour", methods=["POST"])
def connect_gateway(kind: str) -> ResponseReturnValue:
    """Add a gateway of this kind."""
    if kind not in KINDS:
        abort(404)
    form = form_of(kind)(data=SPEED)
    if form.validate_on_submit() and form.usable() and _added(form):
        return redirect(url_for("admin.gateway", name=form.name.data), code=303)
    page = render_template(
        "admin/add_gateway.html",
        form=form,
        kind=KINDS[kind],
        code=kind,
        simulated=defaults.simulator_only(),
    )
    return page, 422 if form.errors else 200


@bp.route("/gateways/<path:name>/check", methods=["POST"])
@allow(Access.ADMIN)
@limit("10 per minute;60 per hour")
def check_gateway(name: str) -> ResponseReturnValue:
    """Connect once with what is stored, and say what the provider answers."""
    gateway = gateways.find(name) or abort(404)
    if not connection_check.possible(gateway):
        flash(gettext("This gateway has no lasting connection: send a test instead."), "info")
        return redirect(url_for("admin.gateway", name=name), code=303)
    try:
        finding = connection_check.check(gateway, me().public_id)
    except (KeyChanged, SettingError) as problem:
        flash(str(problem), "bad")
    else:
        flash(str(FINDINGS[finding]), "good" if finding is Finding.BOUND else "warn")
    return redirect(url_for("admin.gateway", name=name), code=303)


def _added(form: GatewayForm) -> bool:
    rate, window, connections = (
        field.data or 1 for field in (form.rate, form.window, form.connections)
    )
    name, speed = form.name.data or "", {"rate": rate, "window": window}
    try:
        gateways.add(
            name, form.kind, form.settings, me().public_id, connections=connections, **speed
        )
    except gateways.NameTaken:
        if gateways.is_same(name, form.kind, form.settings):  # the button was pressed twice
            return True
        form.name.errors = [gettext("There is a gateway of that name: choose another.")]
        return False
    flash(gettext("The gateway is added. See what is left to do."), "good")
    return True
