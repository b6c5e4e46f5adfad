"""Credentials of gateways: encrypted at rest."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import gateway_connections
from promosms.models import Gateway
from promosms.services.gateways import credentials, gateways, webhooks
from tests.support.settings import override

SECRETS = {
    "password": "hush hush 1",
    "auth_token": "hush hush 2",
    "api_secret": "hush hush 3",
    "headers": '{"Authorization": "hush hush 4"}',
    "url": "https://sms.example/?key=hush-hush-5",
}
OPEN = {"host": "smpp.example.com", "resend": "dedupe"}


def add(app: Flask) -> int:
    with app.app_context():
        gateway_id = gateways.add("Line", "smsapi", {**OPEN, **SECRETS}, "test").id
        db.session.remove()
    return gateway_id


def test_no_secret_is_readable_in_the_database(app: Flask, engine_name: str) -> None:
    gateway_id = add(app)
    with app.app_context():
        gateway = db.session.get_one(Gateway, gateway_id)
        token = credentials.decrypted(gateway)[webhooks.TOKEN]
        if engine_name == "sqlite":
            path = db.engine.url.database or ""
            with sqlite3.connect(path) as raw:
                raw.execute("PRAGMA wal_checkpoint(FULL)")
            stored = Path(path).read_bytes() + Path(f"{path}-wal").read_bytes()
        else:
            stored = repr(db.session.execute(text("SELECT * FROM gateways")).all()).encode()
        assert b"smpp.example.com" in stored
        assert b"hush" not in stored
        assert token.encode() not in stored
        assert credentials.decrypted(gateway).items() >= {**OPEN, **SECRETS}.items()
        assert gateway.settings["resend"] == "dedupe"


def test_a_gateway_is_found_by_its_webhook_token(app: Flask) -> None:
    gateway_id = add(app)
    with app.app_context():
        gateway = db.session.get_one(Gateway, gateway_id)
        by_token = webhooks.find(credentials.decrypted(gateway)[webhooks.TOKEN])
        assert by_token is not None
        assert by_token.id == gateway_id
        assert webhooks.find("") is None
        assert webhooks.find(gateway.settings[webhooks.TOKEN]) is None


def test_old_plain_settings_are_read(app: Flask) -> None:
    gateway_id = add(app)
    with app.app_context():
        with transaction() as session:
            session.execute(update(Gateway).values(settings={"password": "plain"}))
        assert credentials.decrypted(db.session.get_one(Gateway, gateway_id)) == {
            "password": "plain"
        }


def test_a_changed_key_is_named_as_the_reason(app: Flask) -> None:
    gateway_id = add(app)
    override(app, secret_key="another key for the tests, as long as the first one")
    with app.app_context():
        gateway = db.session.scalars(select(Gateway).where(Gateway.id == gateway_id)).one()
        with pytest.raises(credentials.KeyChanged, match="SECRET_KEY"):
            credentials.decrypted(gateway)
        assert webhooks.find("anything") is None
    with pytest.raises(ValueError, match="SECRET_KEY"):
        gateway_connections.open_connection(app, gateway_id)
