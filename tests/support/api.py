"""Programs that call the API: a client whose every answer is compared with the OpenAPI document."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from promosms.extensions import db
from promosms.models import Role, Scope, User
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.web.api import PREFIX, openapi

BASE = "https://localhost"
ACTOR = "a user"


def owner_of(account_id: int) -> str:
    """The public id of the first owner of an account."""
    owners = select(User.public_id).where(User.account_id == account_id, User.role == Role.OWNER)
    return db.session.scalars(owners.order_by(User.id)).first() or ACTOR


def new_key(app: Flask, account_id: int, **wish: Any) -> str:
    """The token of a new key with all scopes."""
    with app.app_context():
        made = Wish(**{"name": "Shop", "scopes": tuple(Scope), **wish})
        _key, token = keys.make(account_id, made, owner_of(account_id))
        return token


@dataclass
class Program:
    """A program with a key; without one it sends none."""

    app: Flask
    token: str = ""
    base: str = BASE

    def get(self, path: str, **more: Any) -> TestResponse:
        """Read something."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> TestResponse:
        """Send a body as JSON."""
        if "data" not in more:
            more["json"] = {} if body is None else body
        return self.call("POST", path, **more)

    def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        """A request, and its answer, which is one of those that the document names."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = self.app.test_client().open(
            PREFIX + path, method=method, base_url=self.base, headers=sent | (headers or {}), **more
        )
        self._check(method, path.partition("?")[0], response)
        return response

    def _check(self, method: str, path: str, response: TestResponse) -> None:
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
        template = _template(_document(self.app), method.lower(), path)
        if not template:
            assert response.status_code in (400, 403, 404, 405)
            return
        named = method.lower(), template, str(response.status_code), response.mimetype
        _validator(self.app, *named).validate(response.get_json())


@cache
def _document(app: Flask) -> dict[str, Any]:
    """The document, made once for all programs: it says the same at any time."""
    with app.app_context():
        return openapi.document(app)


@cache
def _validator(
    app: Flask, method: str, template: str, status: str, mimetype: str
) -> jsonschema_rs.Draft202012Validator:
    """What an answer is compared with; KeyError if the document does not name such an answer."""
    document = _document(app)
    answer = document["paths"][template][method]["responses"][status]
    schema = answer["content"][mimetype]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def _template(document: dict[str, Any], method: str, path: str) -> str:
    """The path in the document that means this one; empty if there is none."""
    for template, methods in document["paths"].items():
        steps, wanted = path.split("/"), template.split("/")
        same = len(steps) == len(wanted) and all(
            step == part or part.startswith("{") for step, part in zip(steps, wanted, strict=True)
        )
        if same and method in methods and (path in document["paths"]) <= (template == path):
            return str(template)
    return ""
