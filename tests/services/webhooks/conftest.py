"""A program on this machine that webhooks reach."""

from collections.abc import Iterator

import jsonschema_rs
import pytest
from flask import Flask

from promosms.forms.api.webhooks import EVENTS
from promosms.jobs.webhooks import deliverer
from promosms.models import WebhookEndpoint
from promosms.web.api import openapi
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.webhooks import Receiver, close, listen, receiving


@pytest.fixture(scope="session", autouse=True)
def _close_at_the_end() -> Iterator[None]:
    yield
    close()


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """One that takes everything; webhooks may reach this machine.

    All that has come is what the OpenAPI document says.
    """
    monkeypatch.setattr(deliverer, "PAUSE", 0.02)
    override(app, webhook_private=True)
    with receiving() as receiver:
        yield receiver
    with app.app_context():
        document = openapi.document(app, EVENTS)
    for request in (each for each in receiver.requests if each.body):
        told = document["webhooks"][request.event["type"]]["post"]["requestBody"]["content"]
        schema = {**told["application/json"]["schema"], "components": document["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(request.event)


@pytest.fixture
def endpoint(context: None, cast: Cast, receiver: Receiver) -> WebhookEndpoint:
    return listen(cast.owner.account_id, receiver.url)
