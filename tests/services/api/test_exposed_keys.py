"""Keys that came over plain HTTP to the process that redirects pages."""

import base64
import os
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiKey, Email
from promosms.services.api import exposed_keys, tokens
from promosms.settings import instance_file
from promosms.supervisor.redirect import Redirect
from tests.support.api import Program

REDIRECT = Redirect("https://localhost:8443", Path(os.devnull))


@pytest.fixture
def file(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the process writes keys."""
    with app.app_context():
        path = instance_file(exposed_keys.FILE)
    for left in (path, path.with_suffix(".taken")):
        left.unlink(missing_ok=True)
    monkeypatch.setattr("tests.services.api.test_exposed_keys.REDIRECT.exposed", path)
    return path


def ask(
    method: str = "GET",
    path: str = "/api/v1/balance",
    query: str = "",
    key: str = "",
    scheme: str = "Bearer",
) -> str:
    answers = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"{scheme} {key}" if key else "",
    }
    body = b"".join(REDIRECT(environ, lambda status, headers: answers.append(status)))
    assert b"https-only" in body or not path.startswith("/api/v1/")
    assert b'{"response": {"status": 400' in body or not path.startswith("/api/rest/")
    return str(answers[0])


def noted(app: Flask) -> tuple[int, ApiKey, int]:
    with app.app_context():
        lines = exposed_keys.note()
        key = db.session.scalars(select(ApiKey)).one()
        emails = len(db.session.scalars(select(Email)).all())
        db.session.remove()
        return lines, key, emails


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_key_in_a_header_is_marked(app: Flask, file: Path, program: Program, method: str) -> None:
    for _ in range(2):
        assert ask(method, key=program.token) == "403 Forbidden"
    assert program.token not in file.read_text()
    lines, key, emails = noted(app)
    assert (lines, key.exposed_at is not None, key.revoked_at, emails) == (1, True, None, 1)
    assert noted(app)[0] == 0
    assert not file.exists()


@pytest.mark.parametrize("in_query", [True, False])
def test_a_key_in_an_address_is_revoked(
    app: Flask, file: Path, program: Program, in_query: bool
) -> None:
    if in_query:
        ask(query=f"key={program.token}")
    else:
        ask(path=f"/api/v1/messages/{program.token}")
    _lines, key, emails = noted(app)
    assert (key.revoked_at is not None, key.revoked_why, emails) == (True, "in_address", 1)


@pytest.mark.parametrize("email", ["a@b.pl", "ab@b.pl", "abc@b.pl"])
def test_a_key_of_a_plug_in_is_found_in_base_64(
    app: Flask, file: Path, program: Program, email: str
) -> None:
    pair = base64.b64encode(f"{email}:{program.token}".encode()).decode()
    sent = ask("POST", "/api/rest/v3_2/sms", key=pair, scheme="Basic")
    assert sent == "403 Forbidden"
    _lines, key, _emails = noted(app)
    assert (key.exposed_at is not None, key.revoked_at) == (True, None)
    ask(path=f"/api/rest/send-sms/{pair}/json")
    assert noted(app)[1].revoked_why == "in_address"
    assert tokens.found_in(f"Basic {pair}") == program.token


def test_what_is_made_up_marks_nothing(app: Flask, file: Path, program: Program) -> None:
    ask(key="psk_live_" + "a" * 8 + "_" + "b" * 38)
    file.write_bytes(file.read_bytes() + b"\xff\n\nnonsense\nheader\n")
    lines, key, emails = noted(app)
    assert lines > 0
    assert (key.exposed_at, key.revoked_at, emails) == (None, None, 0)


def test_what_a_killed_tick_has_left_is_read(app: Flask, file: Path, program: Program) -> None:
    ask(key=program.token)
    file.rename(file.with_suffix(".taken"))
    assert noted(app)[1].exposed_at is not None


def test_the_file_does_not_grow_without_end(file: Path, program: Program) -> None:
    file.write_text("x" * exposed_keys.LONGEST)
    ask(key=program.token)
    assert file.stat().st_size == exposed_keys.LONGEST


def test_pages_are_redirected_as_before(file: Path) -> None:
    assert ask(path="/api") == ask(path="/api/v10/x") == ask(path="/") == "301 Moved Permanently"
    assert not file.exists()
