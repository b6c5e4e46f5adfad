"""The command that connects gateways."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways import KINDS, WEBHOOKS
from promosms.models import Gateway, RouteGateway
from promosms.services import installation

VONAGE = ["api_key=abcd1234", "api_secret=s", "signature_secret=sign"]


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["gateway", *arguments])


def test_it_connects_a_gateway_and_prints_its_addresses(app: Flask) -> None:
    result = run(app, "add", "Vonage Europe", "vonage", *VONAGE, "--rate", "30")
    assert result.exit_code == 0, result.output
    with app.app_context():
        gateway = db.session.scalars(select(Gateway).where(Gateway.kind == "vonage")).one()
        token = gateway.settings["webhook_token"]
        assert gateway.settings["signature_secret"] == "sign"
        assert (gateway.rate, gateway.window) == (30, 10)
        query = select(RouteGateway.gateway_id).order_by(RouteGateway.position)
        route = query.where(RouteGateway.route_id == installation.default_route().id)
        assert db.session.scalars(route).all()[-1] == gateway.id
    assert len(token) > 40
    for topic in ("receipt", "inbound"):
        assert f"https://localhost:8443/gateways/{token}/{topic}" in result.output
    listed = run(app, "list").output
    assert "Simulator: simulator, active" in listed
    assert f"/gateways/{token}/receipt" in listed
    assert "sign" not in listed.replace("signature", "")


def test_two_gateways_have_different_secrets(app: Flask) -> None:
    for name in ("One", "Two"):
        assert run(app, "add", name, "smsapi", "token=t").exit_code == 0
    with app.app_context():
        settings = db.session.scalars(select(Gateway.settings).where(Gateway.kind == "smsapi"))
        assert len({one["webhook_token"] for one in settings}) == 2


def test_a_secret_is_read_from_a_file(app: Flask, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("very secret\n")
    assert run(app, "add", "One", "smsapi", f"token=@{secret}").exit_code == 0
    with app.app_context():
        settings = db.session.scalars(select(Gateway.settings).where(Gateway.kind == "smsapi"))
        assert settings.one()["token"] == "very secret"


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
        (["Simulator", "smsapi", "token=t"], "of that name"),
    ],
)
def test_it_says_what_is_wrong_and_stores_nothing(
    app: Flask, arguments: list[str], words: str
) -> None:
    result = run(app, "add", *arguments)
    assert result.exit_code != 0
    assert words in result.output
    with app.app_context():
        assert db.session.scalars(select(Gateway.kind)).all() == ["simulator"]


def test_what_is_told_by_http_can_be_connected() -> None:
    assert set(WEBHOOKS) <= set(KINDS)
