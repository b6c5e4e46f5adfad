"""Reports of browsers: only the rule and the kind of page are logged."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from promosms import logs
from tests.support.pages import PageClient

SECRET = "f3a9c1d2e4b5"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The logged lines."""
    stream = logging.StreamHandler(io.StringIO())
    stream.setFormatter(logs.Formatter())
    logger = logging.getLogger("promosms")
    logger.addHandler(stream)
    yield stream.stream
    logger.removeHandler(stream)


def old(rule: str, page: str) -> dict[str, Any]:
    body = {"effective-directive": rule, "document-uri": page, "blocked-uri": f"data:{SECRET}"}
    return {"csp-report": {**body, "script-sample": SECRET}}


def new(rule: str, page: str) -> list[dict[str, Any]]:
    body = {"effectiveDirective": rule, "documentURL": page, "sample": SECRET, "referrer": SECRET}
    return [{"type": "csp-violation", "url": page, "user_agent": SECRET, "body": body}]


@pytest.mark.parametrize("form", [old, new])
@pytest.mark.parametrize(
    ("page", "endpoint"),
    [
        (f"https://localhost/register/{SECRET}?x={SECRET}#{SECRET}", "auth.confirm"),
        ("https://localhost/", "policies.home"),
        (f"https://localhost/nowhere/{SECRET}", "unknown"),
        (f"https://localhost/privacy//versions/{SECRET}\ud800", "unknown"),
        (SECRET, "policies.home"),
        ("", "policies.home"),
    ],
)
def test_only_the_rule_and_the_kind_of_page_are_logged(
    visitor: PageClient, lines: io.StringIO, form: Any, page: str, endpoint: str
) -> None:
    response = visitor.post("/security/reports", json=form("script-src", page))
    assert response.status_code == 204
    (line,) = lines.getvalue().splitlines()
    entry = json.loads(line)
    assert set(entry) == {"at", "level", "event", "code", "endpoint"}
    assert (entry["event"], entry["code"], entry["endpoint"]) == (
        "csp.violation",
        "script-src",
        endpoint,
    )
    assert SECRET not in line


def test_an_unknown_rule_is_not_logged(visitor: PageClient, lines: io.StringIO) -> None:
    visitor.post("/security/reports", json=old(SECRET, "/"))
    assert '"other"' in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_a_long_list_is_truncated(visitor: PageClient, lines: io.StringIO) -> None:
    visitor.post("/security/reports", json=new("img-src", "/") * 50)
    assert len(lines.getvalue().splitlines()) == 5


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 15_000, 400),
        (b"x" * 17_000, 413),
        (b"null", 204),
        (b"3", 204),
        (b'[1, "a", null, {}, {"body": 7}]', 204),
    ],
)
def test_invalid_reports_are_ignored(
    visitor: PageClient, lines: io.StringIO, body: bytes, status: int
) -> None:
    assert visitor.post("/security/reports", data=body).status_code == status
    assert lines.getvalue() == ""


def test_it_needs_no_session_and_starts_none(visitor: PageClient) -> None:
    response = visitor.post("/security/reports", json=old("img-src", "/"))
    assert "Set-Cookie" not in response.headers


def test_reports_have_a_rate_limit(limited: Flask) -> None:
    client = PageClient(limited)
    statuses = [client.post("/security/reports", json={}).status_code for _ in range(21)]
    assert statuses == [204] * 20 + [429]
