"""The command that connects gateways."""

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways import KINDS, WEBHOOKS
from promosms.gateways import base as gateway_base
from promosms.gateways.connection import Measurements
from promosms.models import AuditEntry, Gateway, GatewayStatus, RouteGateway
from promosms.services.gateways import alerts, credentials, gateways, health, routing, workers
from promosms.services.installation import defaults
from tests.support import commands
from tests.support.settings import override

VONAGE = ["api_key=abcd1234", "api_secret=s", "signature_secret=sign"]


def run(app: Flask, *arguments: str) -> Result:
    return commands.run(app, "gateway", *arguments)


def test_it_connects_a_gateway_and_prints_its_addresses(app: Flask) -> None:
    result = run(app, "add", "Vonage Europe", "vonage", *VONAGE, "--rate", "30")
    assert result.exit_code == 0, result.output
    with app.app_context():
        gateway = db.session.scalars(select(Gateway).where(Gateway.kind == "vonage")).one()
        settings = credentials.decrypted(gateway)
        token = settings["webhook_token"]
        assert settings["signature_secret"] == "sign"
        assert (gateway.rate, gateway.window) == (30, 10)
        query = select(RouteGateway.gateway_id).order_by(RouteGateway.position)
        route = query.where(RouteGateway.route_id == defaults.default_route().id)
        assert db.session.scalars(route).all()[-1] == gateway.id
    assert len(token) > 40
    for topic in ("receipt", "inbound"):
        assert f"https://localhost:8443/gateways/{token}/{topic}" in result.output
    listed = run(app, "list").output
    assert "Simulator: simulator, paused" in listed
    assert f"/gateways/{token}/receipt" in listed
    assert "sign" not in listed.replace("signature", "")


def test_a_phone_is_connected_with_the_number_of_its_sim(app: Flask) -> None:
    local = ["base_url=http://192.0.2.20:8080", "allow_private=yes", "allow_insecure=yes"]
    given = ["username=sms", "password=p", "signing_key=sign"]
    refused = run(app, "add", "Phone", "android", *local, *given)
    assert "missing: number" in refused.output
    result = run(app, "add", "Phone", "android", *local, *given, "number=+48732000001")
    assert result.exit_code == 0, result.output
    assert "Phone: android, active, 60 parts per hour, worker gateway-" in result.output
    with app.app_context():
        stored = gateways.find("Phone")
        assert stored is not None
        for secret in ("password", "signing_key", "base_url"):
            assert stored.settings[secret].startswith("encrypted:")


def test_two_gateways_have_different_secrets(app: Flask) -> None:
    for name in ("One", "Two"):
        assert run(app, "add", name, "smsapi", "token=t").exit_code == 0
    with app.app_context():
        gateways = db.session.scalars(select(Gateway).where(Gateway.kind == "smsapi"))
        assert len({credentials.decrypted(gateway)["webhook_token"] for gateway in gateways}) == 2


def test_a_secret_is_read_from_a_file(app: Flask, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("very secret\n")
    assert run(app, "add", "One", "smsapi", f"token=@{secret}").exit_code == 0
    with app.app_context():
        gateways = db.session.scalars(select(Gateway).where(Gateway.kind == "smsapi"))
        assert credentials.decrypted(gateways.one())["token"] == "very secret"


def test_the_first_real_gateway_ends_the_simulated_network(app: Flask) -> None:
    assert "The simulator is paused" in run(app, "add", "One", "smsapi", "token=t").output
    with app.app_context():
        simulator = db.session.scalars(select(Gateway).where(Gateway.kind == "simulator")).one()
        assert simulator.status == "paused"
        assert alerts.paused() == []
        actions = [entry.action for entry in db.session.scalars(select(AuditEntry))]
        assert actions == ["gateway.pause", "gateway.add"]
        gateways.switch("Simulator", GatewayStatus.ACTIVE, "admin")
    assert "The simulator" not in run(app, "add", "Two", "smsapi", "token=t").output
    with app.app_context():
        route_id = defaults.default_route().id
        real = {gateway.id for gateway in gateways.everything() if gateway.kind == "smsapi"}
        assert {routing.gateway_for(route_id) for _ in range(20)} <= real
        for name in ("One", "Two"):
            gateways.switch(name, GatewayStatus.PAUSED, "admin")
        assert routing.gateway_for(route_id) in real


def test_it_gets_texts_after_it_has_connected(app: Flask) -> None:
    for name in ("One", "Two"):
        run(app, "add", name, "smsapi", "token=t", "--connections", "2")
    with app.app_context():
        route_id = defaults.default_route().id
        two = gateways.find("Two")
        assert two is not None
        health.record(two.id, Measurements(0, 0, 0, 0))
        assert {routing.gateway_for(route_id) for _ in range(20)} == {two.id}
        assert workers.expected()[-2:] == [f"gateway-{two.id}", f"gateway-{two.id}/2"]


def test_the_list_reports_a_changed_key(app: Flask) -> None:
    run(app, "add", "One", "smsapi", "token=t")
    override(app, secret_key="another key for the tests, as long as the first one")
    result = run(app, "list")
    assert result.exit_code == 0
    assert "the SECRET_KEY of the installation has changed" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["One", "pigeon"], "one of"),
        (["One", "simulator"], "one of"),
        (["One", "smsapi"], "missing: token"),
        (["One", "smsapi", "token=t", "colour=red"], "unknown: colour"),
        (["One", "smsapi", "token"], "KEY=VALUE"),
        (["One", "smsapi", "token=@/nowhere"], "cannot be read"),
        (["One", "smsapi", "token=t", "base_url=http://sms.example"], "https"),
        (["", "smsapi", "token=t"], "name"),
        (["One", "smsapi", "token=t", "--rate", "0"], "rate"),
        (["One", "smsapi", "token=t", "--connections", "0"], "connections"),
        (["One", "smpp", "window=20"], "window is an option: write --window and its value."),
        (["One", "smsapi", "country=PL"], "country is an option: write --country and its value."),
        (["Simulator", "smsapi", "token=t"], "of that name"),
    ],
)
def test_invalid_arguments_are_explained_and_nothing_is_stored(
    app: Flask, arguments: list[str], words: str
) -> None:
    result = run(app, "add", *arguments)
    assert result.exit_code != 0
    assert words in result.output
    with app.app_context():
        assert db.session.scalars(select(Gateway.kind)).all() == ["simulator"]


def test_the_command_names_the_speed_that_a_gateway_has_unless_given(app: Flask) -> None:
    words = " ".join(run(app, "add", "--help").output.split())
    assert f"{gateway_base.RATE} unless given" in words
    assert f"{gateway_base.WINDOW} unless given" in words


def test_gateways_with_webhooks_can_be_connected() -> None:
    assert set(WEBHOOKS) <= set(KINDS)


def test_the_country_is_given_at_once_or_later(app: Flask) -> None:
    assert run(app, "add", "One", "smsapi", "token=t", "--country", "pl").exit_code == 0
    assert run(app, "add", "Two", "smsapi", "token=t").exit_code == 0
    override(app, operator_country="FR")
    line = r"One: smsapi, active, 30 parts per second, worker gateway-\d+, country PL\n"
    assert re.search(line, _listed(app))
    assert run(app, "country", "One", "DE").exit_code == 0
    assert "country DE" in _listed(app)
    assert run(app, "country", "One").exit_code == 0
    assert _listed(app).count("country FR") == 3  # of the operator
    for wrong in (("country", "One", "Poland"), ("country", "Nobody", "PL")):
        assert run(app, *wrong).exit_code != 0
    assert run(app, "add", "Three", "smsapi", "token=t", "--country", "ZZ").exit_code == 2
    with app.app_context():
        assert gateways.find("Three") is None


def _listed(app: Flask) -> str:
    return run(app, "list").output
