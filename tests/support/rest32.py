"""Plug-ins that speak PromoSMS REST 3.2: what they send as bytes, and what they read of it."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from promosms.extensions import db
from promosms.models import Message

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PREFIX = "/api/rest/v3_2"
BASE = "https://localhost"
OWNER = "owner@example.com"
NUMBER = "500600700"
E164 = "+48500600700"
HTTP_OF_CLASS = {0: (200,), 1: (400,), 2: (400, 404, 405, 413), 3: (403,), 4: (401, 429)}


def basic(email: str, password: str) -> str:
    """The header of HTTP Basic."""
    return f"Basic {b64encode(f'{email}:{password}'.encode()).decode()}"


@dataclass
class Plugin:
    """A plug-in that an owner has set up with their e-mail and an API key."""

    app: Flask
    password: str = ""
    email: str = OWNER
    base: str = BASE
    address: str = "127.0.0.1"

    def form(self, body: str | bytes, **headers: str) -> TestResponse:
        """Send a form, exactly these bytes."""
        return self.call("POST", "/sms", body, {"Content-Type": FORM, **headers})

    def json(self, fields: Mapping[str, Any], **headers: str) -> TestResponse:
        """Send a JSON object."""
        return self.call("POST", "/sms", json.dumps(fields), {"Content-Type": JSON, **headers})

    def reports(self, query: str, **headers: str) -> TestResponse:
        """Read reports; `query` is the whole query."""
        return self.call("GET", f"/reports?{query}", "", headers)

    def call(
        self, method: str, path: str, body: str | bytes = "", headers: Mapping[str, str] = {}
    ) -> TestResponse:
        """A request with the log-in, and its answer, which keeps to what plug-ins rely on."""
        login = {"Authorization": basic(self.email, self.password)} if self.password else {}
        response = self.app.test_client().open(
            PREFIX + path,
            method=method,
            base_url=self.base,
            data=body,
            headers={**login, **headers},
            environ_base={"REMOTE_ADDR": self.address},
        )
        _check(response)
        return response


def form_of(**fields: object) -> str:
    """A form with a type, a text and a recipient, unless others are given."""
    given = {"type": 1, "text": "Hello", "recipients[]": NUMBER}
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return urlencode({name: each for name, each in (given | named).items() if each is not None})


def stored(app: Flask) -> list[Message]:
    """The messages, the oldest first."""
    with app.app_context():
        found = list(db.session.scalars(select(Message).order_by(Message.id)))
        db.session.expunge_all()
        return found


def rows(app: Flask, model: type) -> int:
    """How many rows a table has."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def status(response: TestResponse) -> tuple[int, int]:
    """The HTTP status, and the status of the request."""
    return response.status_code, response.get_json()["response"]["status"]


def results(response: TestResponse) -> list[dict[str, Any]]:
    """What is said of each recipient."""
    found: list[dict[str, Any]] = response.get_json()["response"]["recipientsResults"]
    return found


def _check(response: TestResponse) -> None:
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    if response.mimetype == "text/plain":
        assert response.text.splitlines()[0].isdigit()
        return
    assert response.mimetype == "application/json"
    number = response.get_json()["response"]["status"]
    assert type(number) is int
    assert response.status_code in (*HTTP_OF_CLASS[number // 100], 500, 503, 403, 429)
    assert number == 0 or response.get_json()["response"]["message"]
    for each in response.get_json()["response"].get("recipientsResults", ()):
        assert type(each["status"]) is int
        assert (each["status"] == 0) == isinstance(each["sms-id"], str)
