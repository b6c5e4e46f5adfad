"""The security headers: complete, and on every response."""

import io
from collections.abc import Callable

import pytest
from flask import Flask, Response
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from promosms.web.assets import OF_DOWNLOADS
from promosms.web.headers import CLEARING, DENIED, OF_DOCUMENTS
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.settings import override

POLICY = {
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"),
    *("font-src 'self'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'"),
    *("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"),
    *("require-trusted-types-for 'script'", "report-uri /security/reports", "report-to csp"),
}
FIXED = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Reporting-Endpoints": 'csp="/security/reports"',
}
NEVER = ("Server", "X-Powered-By", "Access-Control-Allow-Origin")


def check(response: TestResponse, referrer: str = "same-origin") -> None:
    rules = {rule.strip() for rule in response.headers["Content-Security-Policy"].split(";")}
    assert rules >= POLICY
    assert not any("unsafe" in rule or "*" in rule or "http" in rule for rule in rules)
    fixed = {**FIXED, "Referrer-Policy": referrer}
    assert {name: response.headers.get(name) for name in fixed} == fixed
    permissions = set(response.headers["Permissions-Policy"].replace(" ", "").split(","))
    assert permissions == {f"{name}=()" for name in DENIED}
    assert not [name for name in NEVER if name in response.headers]


def crash(client: PageClient) -> TestResponse:
    app = client.application

    def broken() -> None:
        raise RuntimeError("the number +48601234567 and the key sk_live_1")

    app.before_request_funcs[None].append(broken)
    before, app.config["PROPAGATE_EXCEPTIONS"] = app.config["PROPAGATE_EXCEPTIONS"], False
    try:
        return client.get("/privacy")
    finally:
        app.before_request_funcs[None].pop()
        app.config["PROPAGATE_EXCEPTIONS"] = before


def too_large(client: PageClient) -> TestResponse:
    override(client.application, import_bytes=1000)
    return client.send("/imports/new", {"file": (io.BytesIO(b"6012\n" * 1000), "list.csv")})


ANSWERS: dict[int | str, Callable[[PageClient], TestResponse]] = {
    200: lambda client: client.get("/dashboard"),
    302: lambda client: PageClient(client.application).get("/dashboard"),
    400: lambda client: client.post("/lists", data={"name": "without a token"}),
    404: lambda client: client.get("/nothing-here"),
    405: lambda client: client.get("/logout"),
    413: too_large,
    500: crash,
    "missing static": lambda client: client.get("/static/nothing.js"),
    "webhook": lambda client: client.post("/gateways/token/receipt"),
    "report": lambda client: client.post("/security/reports", data="{}"),
    "foreign host": lambda client: client.get("/", base_url="https://evil.example"),
    "security.txt": lambda client: client.get("/.well-known/security.txt"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_they_are_set_on_every_response(owner: PageClient, kind: int | str) -> None:
    response = ANSWERS[kind](owner)
    if isinstance(kind, int):
        assert response.status_code == kind
    # The address of a webhook holds a secret.
    check(response, "no-referrer" if kind == "webhook" else "same-origin")
    response.close()


@pytest.mark.parametrize("file", ["css/components.css", "app.js", "proof.js"])
def test_files_that_are_no_documents_have_those_that_mean_something(
    visitor: PageClient, file: str
) -> None:
    response = visitor.get(f"/static/{file}")
    rules = set(response.headers["Content-Security-Policy"].split("; "))
    assert rules >= {"default-src 'none'", "require-trusted-types-for 'script'"}
    assert rules <= POLICY | {"trusted-types 'none'"}
    check_file(response)


@pytest.mark.parametrize("file", ["favicon.svg", "help/file.en.webp"])
def test_a_picture_that_is_opened_as_a_page_can_do_nothing(visitor: PageClient, file: str) -> None:
    response = visitor.get(f"/static/{file}")
    rules = set(response.headers["Content-Security-Policy"].split("; "))
    assert rules == {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "sandbox"}
    check_file(response)


def check_file(response: TestResponse) -> None:
    """Those that protect a file, and none besides that a browser has no use for."""
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert response.headers["Referrer-Policy"] == "same-origin"
    useless = (*OF_DOCUMENTS, *OF_DOWNLOADS, *NEVER)
    assert not [name for name in useless if name in response.headers]
    assert response.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    response.close()


def test_they_are_set_on_responses_of_the_rate_limit(limited: Flask) -> None:
    client = PageClient(limited)
    wrong = {"email": "nobody@example.com", "password": "wrong"}
    answers = [client.send("/login", wrong) for _ in range(11)]
    assert answers[-1].status_code == 429
    check(answers[-1])


def test_pages_of_signed_in_users_are_not_cached(owner: PageClient, visitor: PageClient) -> None:
    for path in ("/dashboard", "/recipients", "/settings", "/privacy", "/nothing-here"):
        assert owner.get(path).headers["Cache-Control"] == "no-store", path
    assert visitor.get("/privacy").headers["Cache-Control"] == "no-cache"


def test_downloads_of_signed_in_users_are_not_cached(owner: PageClient) -> None:
    response = owner.get("/recipients/export")
    assert response.headers["Cache-Control"] == "no-store"


def test_a_cache_control_of_the_view_is_kept(visitor: PageClient) -> None:
    assert visitor.get("/proof?form=register").headers["Cache-Control"] == "no-store"


def test_other_responses_do_not_clear_the_browser(owner: PageClient) -> None:
    assert "Clear-Site-Data" not in owner.get("/settings/leave").headers
    response = owner.send("/settings/language", {"language": "pl"})
    assert response.status_code == 303
    assert "Clear-Site-Data" not in response.headers


def test_signing_out_clears_the_browser(cast: Cast) -> None:
    client = cast.owner.browser()
    client.get_page("/dashboard")
    response = client.send("/logout")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/login").headers


def test_deleting_the_account_clears_the_browser(app: Flask) -> None:
    assert set(app.view_functions) >= CLEARING
    for endpoint in CLEARING:
        with app.test_request_context("/", base_url="https://localhost") as context:
            context.request.url_rule = Rule("/", endpoint=endpoint)
            response = app.process_response(Response(status=303))
            assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_plain_http_gets_no_hsts(visitor: PageClient) -> None:
    response = visitor.get("/privacy", base_url="http://localhost")
    assert "Strict-Transport-Security" not in response.headers  # RFC 6797, section 7.2
