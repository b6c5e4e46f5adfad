"""HTTPS only, our host names only, and forwarded headers from our own proxies only."""

import re
from typing import Any

import pytest
from flask import Flask, request

from promosms.extensions import db
from promosms.models import Email, EmailLink, User
from promosms.settings import settings_of
from promosms.web.security import ForwardedHeaders
from tests.meta.sources import PACKAGE
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.settings import override
from tests.views.security.conftest import Behind

CLAIMS: list[dict[str, str]] = [
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Ssl": "on"},
    {"X-Forwarded-Port": "443"},
    {"X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "https"},
    {"Forwarded": "proto=https;host=localhost"},
]
OUTSIDE, PROXY = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "10.0.0.7"}
TO_HTTPS = (301, "https://localhost/privacy")


def ask(browser: Any, headers: dict[str, str], peer: dict[str, str]) -> tuple[int, str | None]:
    """Status and Location of the privacy page over plain HTTP."""
    base = {"base_url": "http://localhost", "environ_base": peer}
    response = browser.get("/privacy", headers=headers, **base)
    return response.status_code, response.location


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_only_a_trusted_proxy_can_claim_https(
    behind: Behind, proxies: int, claim: dict[str, str]
) -> None:
    assert ask(behind(proxies), claim, OUTSIDE) == TO_HTTPS


@pytest.mark.parametrize(
    ("proxies", "proto", "response"),
    [
        (0, "https", TO_HTTPS),
        (1, "https", (200, None)),
        (1, "http", TO_HTTPS),
        (1, "https, http", TO_HTTPS),  # the visitor wrote the first one, the proxy the last
        (1, "http, https", (200, None)),
        (2, "https", TO_HTTPS),  # only one of two proxies has set it
        (2, "https, https", (200, None)),
        (2, "https, http, http", TO_HTTPS),
        (2, "http, https, http", (200, None)),
    ],
)
def test_only_headers_of_the_configured_proxies_are_trusted(
    behind: Behind, proxies: int, proto: str, response: tuple[int, str | None]
) -> None:
    assert ask(behind(proxies), {"X-Forwarded-Proto": proto}, PROXY) == response


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "seen"),
    [
        (0, "192.0.2.1", "10.0.0.7"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        (2, "192.0.2.9, 192.0.2.1, 10.0.0.3", "192.0.2.1"),
        (1, "192.0.2.1:44310", "192.0.2.1"),
        (1, "[2001:db8::7]:44310", "2001:db8::7"),
        (1, '"[2001:db8::7]"', "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (0, "192.0.2.1:44310", "10.0.0.7"),
    ],
)
def test_the_address_of_the_visitor_is_that_seen_by_the_last_proxy(
    app: Flask, proxies: int, forwarded_for: str, seen: str
) -> None:
    requests = []

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        requests.append((environ["REMOTE_ADDR"], [key for key in environ if "FORWARDED" in key]))
        start_response("204 No Content", [])
        return []

    wrapped = ForwardedHeaders(inner, proxies, settings_of(app).proxy_networks)
    list(wrapped({**PROXY, "HTTP_X_FORWARDED_FOR": forwarded_for}, lambda *_: print))
    assert requests == [(seen, [])]


@pytest.mark.parametrize("peer", ["", "127.0.0.1", "::1", "172.17.0.2", "192.168.1.5", "fd00::7"])
def test_a_proxy_in_a_private_network_is_trusted(behind: Behind, peer: str) -> None:
    claim = {"X-Forwarded-Proto": "https"}
    assert ask(behind(1), claim, {"REMOTE_ADDR": peer})[0] == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil", "a b"]
)
def test_another_host_gets_no_page_and_no_redirect(
    visitor: PageClient, scheme: str, host: str
) -> None:
    forms = {"method": "POST", "data": {"email": "a@example.com"}} if scheme == "https" else {}
    response = visitor.open(
        "/login", base_url=f"{scheme}://localhost", headers={"Host": host}, **forms
    )
    assert response.status_code == 400
    assert response.location is None
    assert "evil" not in response.text


@pytest.mark.parametrize(
    "claim", [{"X-Forwarded-Host": "evil.example"}, {"X-Host": "evil.example"}]
)
def test_the_host_is_not_read_from_forwarded_headers(behind: Behind, claim: dict[str, str]) -> None:
    base = {"base_url": "http://localhost", "environ_base": PROXY}
    response = behind(1).get("/privacy", headers=claim, **base)
    assert response.location == "https://localhost/privacy"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/login", "/gateways/token/receipt", "/nowhere", "/security/reports"]
)
def test_writing_requests_over_http_are_refused_with_an_explanation(
    visitor: PageClient, method: str, path: str
) -> None:
    response = visitor.open(
        path, method=method, base_url="http://localhost", data={"password": "x"}
    )
    assert response.status_code == 403
    assert response.location is None
    assert "Nothing was done" in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_requests_are_redirected_to_https_permanently(
    visitor: PageClient, method: str
) -> None:
    response = visitor.open("/terms?a=b", method=method, base_url="http://localhost")
    assert (response.status_code, response.location) == (301, "https://localhost/terms?a=b")


def test_https_is_enforced_before_any_other_hook(app: Flask) -> None:
    of_the_api, first, second, *_ = app.before_request_funcs[None]
    # Programs are refused instead of redirected: tests/views/api/test_callers.py.
    assert of_the_api.__module__ == "promosms.web.api.exposure"
    assert first.__module__ == "promosms.web.security"
    assert second.__module__.startswith("flask_talisman")


def test_early_responses_are_redirected_and_have_headers_too(
    app: Flask, visitor: PageClient
) -> None:
    app.before_request_funcs[None].append(lambda: "early")
    try:
        assert visitor.get("/privacy", base_url="http://localhost").status_code == 301
        early = visitor.get("/privacy")
        assert early.text == "early"
        assert "default-src 'none'" in early.headers["Content-Security-Policy"]
    finally:
        app.before_request_funcs[None].pop()


@pytest.fixture
def elsewhere(app: Flask) -> None:
    """An installation with another public URL, reached by a second host name."""
    override(
        app, public_url="https://sms.example.com", trusted_hosts=["localhost", "sms.example.com"]
    )


@pytest.mark.usefixtures("elsewhere")
def test_links_in_emails_use_the_public_address(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    visitor.send("/forgotten", {"email": "owner@example.com"})
    visitor.send("/register", {"email": "anna@example.com", "phone": "+48601000555"})
    with app.app_context():
        bodies = " ".join(db.session.scalars(db.select(Email.body)))
        assert db.session.scalar(db.select(db.func.count(EmailLink.id)))
        assert db.session.get(User, cast.owner.user_id)
        db.session.remove()
    hosts = re.findall(r"https?://([^/\s]+)", bodies)
    assert hosts
    assert set(hosts) == {"sms.example.com"}


def test_no_code_builds_urls_from_the_host_header() -> None:
    forbidden = re.compile(r"_external|url_root|host_url|request\.host|base_url\b(?!=)")
    for path in (*PACKAGE.rglob("views/**/*.py"), *PACKAGE.rglob("*.html")):
        assert not forbidden.search(path.read_text()), path


def test_the_cookie_settings_are_our_own(app: Flask, visitor: PageClient) -> None:
    for name in ("SESSION_COOKIE", "REMEMBER_COOKIE"):
        assert app.config[f"{name}_SECURE"] is True
        assert app.config[f"{name}_HTTPONLY"] is True
        assert app.config[f"{name}_SAMESITE"] == "Lax"
    assert app.config["SESSION_COOKIE_DOMAIN"] is None
    with app.test_request_context("/", base_url="https://localhost"):
        assert request.is_secure
    assert "SameSite=Lax" in visitor.get("/login").headers["Set-Cookie"]
