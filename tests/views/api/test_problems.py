"""What is said when a request is not understood: always a problem, never a page."""

import json

import pytest
from flask import Flask

from promosms.web.api import problems
from promosms.web.api.endpoint import LARGEST
from tests.support.api import Program

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[1, 2", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"to": "\\ud800"}', b"NaN"),
        b'{"to": ' + b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json(program: Program, body: bytes) -> None:
    response = program.post("/messages", data=body, headers=JSON)
    problem = response.get_json()
    assert (response.status_code, problem["code"]) in (
        (400, "malformed-json"),
        (422, "invalid-request"),
    )
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_a_body_that_is_no_object(program: Program, body: object) -> None:
    response = program.post("/messages", data=json.dumps(body), headers=JSON)
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_marked_as_json(program: Program, kind: str) -> None:
    response = program.post("/messages", data=b"{}", headers={"Content-Type": kind})
    assert response.status_code == 415


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 422), (LARGEST + 1, 413)])
def test_a_body_that_is_too_large(program: Program, size: int, status: int) -> None:
    body = b'{"text": "' + b"x" * (size - 12) + b'"}'
    response = program.post("/messages", data=body, headers=JSON)
    assert response.status_code == status


def test_nothing_that_was_sent_is_repeated(program: Program) -> None:
    response = program.post("/messages", {"to": 48600100200, "text": ["secret words"]})
    assert "secret words" not in response.text
    assert "48600100200" not in response.text


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/messages/", "/messages/a/b/c", "/%00"])
def test_an_address_that_does_not_exist(program: Program, path: str) -> None:
    response = program.get(path)
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(("method", "path"), [("PUT", "/messages"), ("DELETE", "/balance")])
def test_a_method_that_does_not_exist(program: Program, method: str, path: str) -> None:
    response = program.call(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_an_error_of_ours_has_a_number_and_no_details(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("something private")

    monkeypatch.setattr("promosms.views.api.account.chosen.routes", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    response = program.get("/routes")
    assert (response.status_code, response.get_json()["code"]) == (500, "internal")
    assert "private" not in response.text
    assert response.get_json()["incident"]


def test_pointers_escape_their_signs() -> None:
    assert problems.pointer("a/b", 3, "c~d") == "#/a~1b/3/c~0d"


def test_every_problem_says_what_to_do() -> None:
    for code, kind in problems.TYPES.items():
        assert kind.advice.endswith("."), code
        assert 400 <= kind.status < 600, code
