"""The pages of gateways, queues and workers: state, speed, test texts."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from redis import RedisError

from promosms import queue
from promosms.forms.admin import SpeedForm, TestForm
from promosms.forms.gateway_country import CountryForm
from promosms.language import gettext as _
from promosms.language import moment
from promosms.models import Gateway, GatewayStatus, now
from promosms.services.gateways import (
    connection_check,
    countries,
    speed,
    test_texts,
    webhooks,
    workers,
)
from promosms.services.gateways import gateways as gateway_service
from promosms.services.gateways.credentials import KeyChanged
from promosms.services.sending import overview
from promosms.sms.phone import mask
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.views.admin.gateway_kinds import KINDS, TOPICS
from promosms.web.access import Access, allow, fresh, me


@bp.route("/gateways")
@allow(Access.ADMIN)
def gateways() -> ResponseReturnValue:
    """Gateways, their queues, and the workers."""
    states = overview.gateway_states()
    worker_states = overview.worker_states()
    return render_template(
        "admin/gateways.html",
        states=states,
        most=overview.MOST,
        queued_jobs={
            state.gateway.id: _jobs(queue.gateway_queue(state.gateway.id)) for state in states
        },
        signs=[(worker, _length(worker.name)) for worker in worker_states],
        tick=workers.TICK,
    )


@bp.route("/gateways/<path:name>")
@allow(Access.ADMIN)
def gateway(name: str) -> ResponseReturnValue:
    """One gateway: its state, its speed, and test texts."""
    gateway = _gateway_or_404(name)
    return _page(gateway, SpeedForm(formdata=None, obj=gateway), TestForm(formdata=None))


@bp.route("/gateways/<path:name>/change", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def change_gateway(name: str) -> ResponseReturnValue:
    """Change the speed of a gateway."""
    gateway, form = _gateway_or_404(name), SpeedForm()
    if not form.validate():
        return _page(gateway, form, TestForm(formdata=None)), 422
    rate, window, connections = (
        field.data or 1 for field in (form.rate, form.window, form.connections)
    )
    gateway_service.change(name, rate, window, connections, me().public_id)
    flash(_("Saved. It counts as soon as PromoSMS is started again."), "good")
    return redirect(url_for("admin.gateway", name=name), code=303)


@bp.route("/gateways/<path:name>/country", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def gateway_country(name: str) -> ResponseReturnValue:
    """Change the country of a gateway."""
    gateway, form = _gateway_or_404(name), CountryForm()
    form.offer(countries.default())
    if not form.validate():
        speed_form = SpeedForm(formdata=None, obj=gateway)
        return _page(gateway, speed_form, TestForm(formdata=None), form), 422
    countries.choose(name, form.country.data or "", me().public_id)
    flash(_("The country is saved."), "good")
    return redirect(url_for("admin.gateway", name=name), code=303)


@bp.route("/gateways/<path:name>/test", methods=["POST"])
@allow(Access.ADMIN)
def test_gateway(name: str) -> ResponseReturnValue:
    """Send a test text through this gateway."""
    gateway, form = _gateway_or_404(name), TestForm()
    if not form.validate():
        return _page(gateway, SpeedForm(formdata=None, obj=gateway), form), 422
    text = _(
        "Test of the gateway %(name)s, sent by PromoSMS on %(time)s.", name=name, time=moment(now())
    )
    try:
        message = test_texts.send(gateway, form.number, text, me().public_id)
    except test_texts.SendsNothing:
        flash(_("The simulator sends nothing in production."), "bad")
        return redirect(url_for("admin.gateway", name=name), code=303)
    queue.wake(queue.gateway_queue(gateway.id), "send.run", gateway.id)
    phone = mask(message.phone)
    flash(
        _("A text to %(phone)s is on its way. See below what becomes of it.", phone=phone), "good"
    )
    return redirect(url_for("admin.gateway", name=name), code=303)


@bp.route("/gateways/<path:name>/pause", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def pause(name: str) -> ResponseReturnValue:
    """Pause a gateway; its messages stay in the queue."""
    if gateway_service.switch(name, GatewayStatus.PAUSED, me().public_id):
        flash(_("The gateway is paused. Its messages wait."), "good")
    return redirect(url_for("admin.gateways"), code=303)


@bp.route("/gateways/<path:name>/resume", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def resume(name: str) -> ResponseReturnValue:
    """Resume a paused gateway."""
    gateway = gateway_service.switch(name, GatewayStatus.ACTIVE, me().public_id)
    if gateway is not None:
        queue.wake(queue.gateway_queue(gateway.id), "send.run", gateway.id)
        flash(_("The gateway sends again."), "good")
    return redirect(url_for("admin.gateways"), code=303)


def _gateway_or_404(name: str) -> Gateway:
    gateway = gateway_service.find(name)
    return gateway if gateway is not None else abort(404)


def _page(
    gateway: Gateway,
    speed_form: SpeedForm,
    test_form: TestForm,
    country_form: CountryForm | None = None,
) -> str:
    if country_form is None:
        country_form = CountryForm(formdata=None, data={"country": gateway.country or ""})
        country_form.offer(countries.default())
    return render_template(
        "admin/gateway.html",
        state=overview.gateway_state(gateway),
        most=overview.MOST,
        routes=overview.countries(gateway.id),
        tests=[(mask(text.phone), text) for text in test_texts.recent(gateway.id)],
        outcome=labels.outcome,
        checkable=connection_check.possible(gateway),
        message_id_format=labels.message_id_format(gateway.message_id_format),
        country_names=labels.country_names,
        per_hour=speed.per_hour(gateway),
        speed_form=speed_form,
        test_form=test_form,
        country_form=country_form,
        country_counts_at_once=countries.counts_at_once(gateway),
        kind=KINDS.get(gateway.kind),
        addresses=_addresses(gateway),
        left_to_do=gateway.kind in KINDS and not gateway.answer_ms,
        workers=workers.names_of(gateway),
    )


def _addresses(gateway: Gateway) -> list[tuple[str, str, str]]:
    """The addresses to enter at the provider: the topic of each, its label and the address."""
    try:
        addresses = webhooks.addresses(gateway)
    except KeyChanged:
        return []  # without the key nobody knows them; the sender of texts says so
    return [(topic, str(TOPICS[topic]), address) for topic, address in addresses.items()]


def _length(worker: str) -> int | None:
    """The number of jobs in the queue of a worker; workers of a gateway share one."""
    gateway_id = workers.gateway_of(worker)
    return _jobs(worker if gateway_id is None else queue.gateway_queue(gateway_id))


def _jobs(name: str) -> int | None:
    """The number of jobs in a queue; None when Redis cannot be reached."""
    try:
        return len(queue.queue(name))
    except RedisError:
        return None
