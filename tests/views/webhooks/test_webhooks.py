"""The webhooks of providers: verified, refused, stored and applied."""

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.http.twilio import signature
from promosms.jobs import gateway_connections, receive
from promosms.models import (
    Gateway,
    GatewayInboxRow,
    GatewayStatus,
    InboundMessage,
    Message,
    Suppression,
    now,
)
from promosms.services.gateways import credentials, gateways, webhooks
from promosms.settings import settings_of
from tests.gateways.http.provider import Provider, Says, provider
from tests.gateways.http.runner import LOOPBACK
from tests.services.sending.conftest import MakeCampaign, make_campaign, statuses
from tests.support.pages import PageClient
from tests.support.settings import override

__all__ = ["make_campaign"]

PHONE = "+48601200100"
TWILIO = {"account_sid": "AC01", "auth_token": "12345"}
Settle = Callable[..., None]


@pytest.fixture
def provider_server() -> Iterator[Provider]:
    """A provider on this machine."""
    with provider() as running:
        yield running


def connect(app: Flask, kind: str, **settings: str) -> str:
    """Connect a gateway; returns the secret in its webhook URLs."""
    with app.app_context():
        gateway = gateways.add(f"Line {kind}", kind, settings, "test")
        token = credentials.decrypted(gateway)[webhooks.TOKEN]
        db.session.remove()
    return token


def stored(app: Flask) -> int:
    with app.app_context():
        number = db.session.scalar(select(func.count()).select_from(GatewayInboxRow)) or 0
        db.session.remove()
    return number


def apply(app: Flask) -> None:
    with app.app_context():
        receive.run()
        db.session.remove()


def twilio(app: Flask, client: PageClient, path: str, form: dict[str, str]) -> TestResponse:
    """Call the webhook as Twilio does, with a signature over the public URL."""
    signed = signature(TWILIO["auth_token"], settings_of(app).public_url + path, list(form.items()))
    return client.post(path, data=form, headers={"X-Twilio-Signature": signed})


def smsapi(client: PageClient, token: str, fields: dict[str, str]) -> TestResponse:
    return client.get(f"/gateways/{token}/receipt", query_string=fields)


def test_a_campaign_is_sent_and_its_receipt_is_applied(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
) -> None:
    token = connect(app, "twilio", **TWILIO, **LOOPBACK, base_url=provider_server.url)
    provider_server.says = Says(201, b'{"sid": "SM1", "status": "queued"}')
    with app.app_context():
        gateways.switch("Simulator", GatewayStatus.PAUSED, "test")
        db.session.remove()
    campaign_id = make_campaign([PHONE], text="a" * 200)  # two parts, one sid

    def has(status: str) -> Callable[[], bool]:
        def look() -> bool:
            with app.app_context():
                counts = statuses(campaign_id)
                db.session.remove()
            return counts == {status: 1}

        return look

    settle(until=has("sent"))
    (request,) = provider_server.requests
    path = request.form["StatusCallback"].removeprefix(settings_of(app).public_url)
    assert path.startswith(f"/gateways/{token}/receipt?our_reference=")
    for word in ("sent", "delivered", "delivered", "sent"):
        response = twilio(app, visitor, path, {"MessageSid": "SM1", "MessageStatus": word})
        assert (response.status_code, response.text) == (200, "<Response/>")
    assert has("sent")()  # stored, and not applied yet
    apply(app)
    assert has("delivered")()
    assert stored(app) == 0
    with app.app_context():
        sender = db.session.scalars(select(Message.sender)).one()
    reply = {"MessageSid": "SM2", "From": PHONE, "To": sender, "Body": "STOP"}
    for _ in range(2):
        assert twilio(app, visitor, f"/gateways/{token}/inbound", reply).status_code == 200
    apply(app)
    with app.app_context():
        assert db.session.scalars(select(InboundMessage.text)).all() == ["STOP"]
        assert db.session.scalars(select(Suppression.phone)).all() == [PHONE]


def send_through_gateway(app: Flask, make_campaign: MakeCampaign) -> int:
    """Send a campaign of one text in two parts through the new gateway."""
    with app.app_context():
        gateways.switch("Simulator", GatewayStatus.PAUSED, "test")
        db.session.remove()
    return make_campaign([PHONE], text="a" * 200)


def status_counts(app: Flask, campaign_id: int) -> dict[str, int]:
    with app.app_context():
        counts = statuses(campaign_id)
        db.session.remove()
    return counts


def test_a_receipt_settles_a_text_whose_response_was_lost(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
) -> None:
    keys = {"api_key": "a", "api_secret": "b", "unsigned": "yes"}
    token = connect(app, "vonage", **keys, **LOOPBACK, base_url=provider_server.url)
    provider_server.says = Says(hangs_up=True)
    campaign_id = send_through_gateway(app, make_campaign)
    settle(until=lambda: status_counts(app, campaign_id) == {"unknown": 1})
    assert len(provider_server.requests) == 1
    for name in ("A1", "A2"):
        fields = {
            "messageId": name,
            "status": "delivered",
            "client-ref": provider_server.requests[0].form["client-ref"],
        }
        path = f"/gateways/{token}/receipt"
        assert visitor.get(path, query_string=fields).status_code == 200
    apply(app)
    assert status_counts(app, campaign_id) == {"delivered": 1}


def test_a_text_is_not_sent_twice_after_a_lost_response(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
) -> None:
    token = connect(app, "smsapi", token="t", **LOOPBACK, base_url=provider_server.url)
    provider_server.says = Says(hangs_up=True)
    campaign_id = send_through_gateway(app, make_campaign)
    settle(
        until=lambda: (
            len(provider_server.requests) == 1 and status_counts(app, campaign_id) == {"queued": 1}
        )
    )
    fields = {"MsgId": "A1", "status": "404", "idx": provider_server.requests[0].form["idx"]}
    assert smsapi(visitor, token, fields).text == "OK"
    apply(app)
    assert status_counts(app, campaign_id) == {"queued": 1}
    provider_server.says = Says(200, b'{"error": 53, "message": "\xe2\x80\xa6"}')
    come_due(app, Message)
    settle(until=lambda: status_counts(app, campaign_id) == {"sent": 1})
    assert provider_server.requests[1].form == provider_server.requests[0].form
    come_due(app, GatewayInboxRow)
    apply(app)
    assert status_counts(app, campaign_id) == {"delivered": 1}


def come_due(app: Flask, model: type[Message | GatewayInboxRow]) -> None:
    """Make postponed rows due now."""
    with app.app_context(), transaction() as session:
        session.execute(update(model).values(next_attempt_at=now()))


def test_a_wrong_signature_is_refused(app: Flask, visitor: PageClient) -> None:
    path = f"/gateways/{connect(app, 'twilio', **TWILIO)}/receipt"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert visitor.post(path, data=form).status_code == 401
    assert visitor.get(path, query_string=form).status_code == 401
    headers = {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    response = visitor.post(path, data=form, headers=headers)
    assert (response.status_code, response.text) == (401, "")
    assert stored(app) == 0


def test_an_unknown_address_is_not_found(app: Flask, visitor: PageClient) -> None:
    token = connect(app, "smsapi", token="t")
    fields = {"MsgId": "A", "status": "404"}
    for wrong in ("x", token[:-1], token + "x", "ż", "%00"):
        assert smsapi(visitor, wrong, fields).status_code == 404
    assert visitor.get(f"/gateways/{token}/other").status_code == 404
    assert visitor.put(f"/gateways/{token}/receipt").status_code == 405
    assert stored(app) == 0


def test_a_gateway_without_webhooks_has_no_address(app: Flask, visitor: PageClient) -> None:
    with app.app_context():
        gateway = db.session.scalars(select(Gateway)).one()
        assert webhooks.addresses(gateway) == {}
        assert webhooks.open_settings(gateway) == {}
        db.session.remove()
    assert visitor.get("/gateways//receipt").status_code == 404


def test_a_receipt_of_an_unknown_message_is_kept(app: Flask, visitor: PageClient) -> None:
    token = connect(app, "smsapi", token="t")
    assert smsapi(visitor, token, {"MsgId": "A", "status": "404"}).status_code == 200
    apply(app)
    assert stored(app) == 1


def test_an_incomplete_call_is_refused(app: Flask, visitor: PageClient) -> None:
    token = connect(app, "smsapi", token="t")
    assert smsapi(visitor, token, {"MsgId": "A"}).status_code == 400
    assert stored(app) == 0


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(65_000, 200), (70_000, 413)])
def test_a_huge_call_is_refused(
    app: Flask, visitor: PageClient, size: int, status: int, chunked: bool
) -> None:
    path = f"/gateways/{connect(app, 'smsapi', token='t')}/receipt"
    body = b"MsgId=A&status=404&x=".ljust(size, b"x")
    form = "application/x-www-form-urlencoded"
    if chunked:  # without a Content-Length
        more = {"wsgi.input_terminated": True}
        stream = io.BytesIO(body)
        response = visitor.post(
            path, input_stream=stream, content_type=form, environ_overrides=more
        )
    else:
        response = visitor.post(path, data=body, content_type=form)
    assert response.status_code == status
    assert stored(app) == (1 if status == 200 else 0)


@pytest.mark.parametrize(("number", "status"), [(1_000, 200), (1_001, 413)])
def test_one_call_makes_a_thousand_rows_at_most(
    app: Flask, visitor: PageClient, number: int, status: int
) -> None:
    token = connect(app, "smsapi", token="t")
    ids = ",".join(str(at) for at in range(number))
    call = {"MsgId": ids, "status": ",".join(["404"] * number)}
    assert smsapi(visitor, token, call).status_code == status
    assert stored(app) == (number if status == 200 else 0)


def test_a_call_that_cannot_be_stored_is_not_acknowledged(app: Flask, visitor: PageClient) -> None:
    token = connect(app, "smsapi", token="t")
    with app.app_context():
        GatewayInboxRow.__table__.drop(db.engine)
    try:
        assert smsapi(visitor, token, {"MsgId": "A", "status": "404"}).status_code >= 500
    finally:
        with app.app_context():
            db.create_all()  # also grants the rights of the database roles


def test_it_is_stored_without_redis(app: Flask, visitor: PageClient) -> None:
    token = connect(app, "smsapi", token="t")
    override(app, redis_url="unix:///nowhere/valkey.sock")
    assert smsapi(visitor, token, {"MsgId": "A", "status": "404"}).status_code == 200
    assert stored(app) == 1


def test_the_callers_address_is_checked_if_configured(app: Flask, visitor: PageClient) -> None:
    fields = {"MsgId": "A", "status": "404"}
    token = connect(app, "smsapi", token="t", addresses="203.0.113.0/24")
    assert smsapi(visitor, token, fields).status_code == 401
    visitor.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert smsapi(visitor, token, fields).status_code == 200


def test_a_closed_gateway_connection_is_forgotten(app: Flask) -> None:
    connect(app, "twilio", **TWILIO)
    with app.app_context():
        query = select(Gateway.id).where(Gateway.kind == "twilio")
        gateway_id = db.session.scalars(query).one()
        db.session.remove()
    gateway_connections.open_connection(app, gateway_id)
    gateway_connections.close_connection(gateway_id)
    assert gateway_connections.current(gateway_id) is None
