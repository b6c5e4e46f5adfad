"""Gateways, queues and workers; one gateway, how fast it may be, and tests through it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from redis import RedisError

from promosms import queue
from promosms.forms.admin import SpeedForm, TestForm
from promosms.language import gettext as _
from promosms.language import moment
from promosms.models import Gateway, GatewayStatus, now
from promosms.services.gateways import gateways as gateway_service
from promosms.services.gateways import test_texts, workers
from promosms.services.sending import overview
from promosms.sms.phone import mask
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/gateways")
@allow(Access.ADMIN)
def gateways() -> ResponseReturnValue:
    """Gateways, their queues, and the workers."""
    states = overview.gateway_states()
    signs = overview.signs_of_life()
    return render_template(
        "admin/gateways.html",
        states=states,
        most=overview.MOST,
        rung={state.gateway.id: _jobs(queue.gateway_queue(state.gateway.id)) for state in states},
        signs=[(sign, _length(sign.name)) for sign in signs],
        tick=workers.TICK,
    )


@bp.route("/gateways/<path:name>")
@allow(Access.ADMIN)
def gateway(name: str) -> ResponseReturnValue:
    """One gateway: how it fares, how fast it may be, tests."""
    found = _found(name)
    return _page(found, SpeedForm(formdata=None, obj=found), TestForm(formdata=None))


@bp.route("/gateways/<path:name>/change", methods=["POST"])
@allow(Access.ADMIN)
def change_gateway(name: str) -> ResponseReturnValue:
    """How fast it may be."""
    found, form = _found(name), SpeedForm()
    if not form.validate():
        return _page(found, form, TestForm(formdata=None)), 422
    rate, window, connections = (
        field.data or 1 for field in (form.rate, form.window, form.connections)
    )
    gateway_service.change(name, rate, window, connections, me().public_id)
    flash(_("Saved. It counts as soon as PromoSMS is started again."), "good")
    return redirect(url_for("admin.gateway", name=name), code=303)


@bp.route("/gateways/<path:name>/test", methods=["POST"])
@allow(Access.ADMIN)
def test_gateway(name: str) -> ResponseReturnValue:
    """Text oneself through exactly this gateway."""
    found, form = _found(name), TestForm()
    if not form.validate():
        return _page(found, SpeedForm(formdata=None, obj=found), form), 422
    text = _(
        "Test of the gateway %(name)s, sent by PromoSMS on %(time)s.", name=name, time=moment(now())
    )
    message = test_texts.send(found, form.number, text, me().public_id)
    queue.wake(queue.gateway_queue(found.id), "send.run", found.id)
    phone = mask(message.phone)
    flash(
        _("A text to %(phone)s is on its way. See below what becomes of it.", phone=phone), "good"
    )
    return redirect(url_for("admin.gateway", name=name), code=303)


@bp.route("/gateways/<path:name>/pause", methods=["POST"])
@allow(Access.ADMIN)
def pause(name: str) -> ResponseReturnValue:
    """Let a gateway rest; its queue stays."""
    if gateway_service.switch(name, GatewayStatus.PAUSED, me().public_id):
        flash(_("The gateway is paused. Its messages wait."), "good")
    return redirect(url_for("admin.gateways"), code=303)


@bp.route("/gateways/<path:name>/resume", methods=["POST"])
@allow(Access.ADMIN)
def resume(name: str) -> ResponseReturnValue:
    """Let a gateway send again."""
    gateway = gateway_service.switch(name, GatewayStatus.ACTIVE, me().public_id)
    if gateway is not None:
        queue.wake(queue.gateway_queue(gateway.id), "send.run", gateway.id)
        flash(_("The gateway sends again."), "good")
    return redirect(url_for("admin.gateways"), code=303)


def _found(name: str) -> Gateway:
    found = gateway_service.find(name)
    return found if found is not None else abort(404)


def _page(found: Gateway, speed_form: SpeedForm, test_form: TestForm) -> str:
    return render_template(
        "admin/gateway.html",
        state=overview.gateway_state(found),
        most=overview.MOST,
        routes=overview.countries(found.id),
        tests=[(mask(text.phone), text) for text in test_texts.recent(found.id)],
        outcome=labels.outcome,
        message_id_format=labels.message_id_format(found.message_id_format),
        country_names=labels.country_names,
        speed_form=speed_form,
        test_form=test_form,
    )


def _length(worker: str) -> int | None:
    """Jobs in the queue of a worker; those of one gateway share theirs."""
    gateway_id = workers.gateway_of(worker)
    return _jobs(worker if gateway_id is None else queue.gateway_queue(gateway_id))


def _jobs(name: str) -> int | None:
    """Jobs in a queue; None when Redis cannot be reached."""
    try:
        return len(queue.queue(name))
    except RedisError:
        return None
