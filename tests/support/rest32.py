"""Plug-ins that speak PromoSMS REST 3.2: what they send as bytes, and what they read of it."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PREFIX = "/api/rest/v3_2"
BASE = "https://localhost"
OWNER = "owner@example.com"
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
