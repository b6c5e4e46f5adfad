"""Error pages, forged headers and hosts."""

import io
import json
import logging
from io import BytesIO

from bs4 import BeautifulSoup
from flask import Flask

from promosms import logs
from promosms.extensions import db
from tests.support.pages import PageClient
from tests.support.settings import override


def test_a_missing_page_says_so(visitor: PageClient) -> None:
    page = visitor.get_page("/nothing-here", status=404)
    assert "nothing here" in page.h1.get_text() if page.h1 else False


def test_a_foreign_host_gets_no_page(visitor: PageClient) -> None:
    response = visitor.get("/", base_url="https://evil.example")
    assert response.status_code == 400
    assert "evil" not in response.text


def test_http_leads_to_https_whatever_the_client_claims(visitor: PageClient) -> None:
    for headers in ({}, {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Ssl": "on"}):
        response = visitor.get("/privacy", base_url="http://localhost", headers=headers)
        assert response.status_code == 301
        assert response.location == "https://localhost/privacy"


def test_a_form_over_http_is_refused_and_not_redirected(visitor: PageClient) -> None:
    response = visitor.post("/login", base_url="http://localhost", data={"password": "secret"})
    assert response.status_code == 403


def test_the_cookie_of_the_session_is_safe(visitor: PageClient) -> None:
    response = visitor.get("/login")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for mark in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert mark in cookie
    assert "Domain" not in cookie


def test_a_file_beyond_the_limit_is_refused_with_advice(app: Flask, owner: PageClient) -> None:
    override(app, import_bytes=1000)
    response = owner.send("/imports/new", {"file": (BytesIO(b"601200100\n" * 1000), "list.csv")})
    assert response.status_code == 413
    assert "too large" in response.text


def test_a_file_of_recipients_may_be_larger_than_other_forms(app: Flask, owner: PageClient) -> None:
    override(app, max_content_length=1000, import_bytes=20_000)
    rows = b"601200100\n" * 1000
    response = owner.send("/imports/new", {"file": (BytesIO(rows), "list.csv")})
    assert response.status_code == 303
    assert owner.send("/lists", {"name": "x" * 1001}).status_code == 413
    assert owner.send("/imports/paste", {"text": "6" * 1001}).status_code == 413


def test_without_a_database_an_error_page_is_shown(app: Flask, owner: PageClient) -> None:
    with app.app_context():
        db.drop_all()
    try:
        response = owner.get("/recipients")
        assert response.status_code in (500, 503)
        assert "Traceback" not in response.text
    finally:
        with app.app_context():
            db.create_all()


def test_a_form_that_was_open_too_long_leads_back_to_its_page(owner: PageClient) -> None:
    for address, way in (("/settings/email", "/settings/email"), ("/settings/language", "/")):
        response = owner.post(address, data={"csrf_token": "old"})
        assert response.status_code == 400
        first = BeautifulSoup(response.text, "lxml").select_one("main .button.first")
        assert first is not None
        assert first["href"] == way


def test_typed_text_is_kept_after_the_session_ended(visitor: PageClient) -> None:
    response = visitor.send("/campaigns/new", {"text": "A long text that nobody wants to lose"})
    assert response.status_code in (400, 401)
    assert "A long text that nobody wants to lose" in response.text


def test_an_internal_error_has_an_incident_number_on_the_page_and_in_the_log(
    app: Flask, owner: PageClient
) -> None:
    lines = io.StringIO()
    stream = logging.StreamHandler(lines)
    stream.setFormatter(logs.Formatter())
    logger = logging.getLogger("promosms")
    logger.addHandler(stream)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> None:
        raise RuntimeError("+48601234567 in SELECT phone FROM recipients at /srv/promosms")

    app.before_request_funcs[None].append(broken)
    try:
        page = owner.get_page("/recipients", status=500)
    finally:
        app.before_request_funcs[None].pop()
        logger.removeHandler(stream)
    (entry,) = [line for line in map(json.loads, lines.getvalue().splitlines()) if "error" in line]
    assert len(entry["incident"]) == 8
    assert entry["incident"] in page.get_text()
    for inside in ("+48601234567", "SELECT", "/srv/promosms", "RuntimeError", ".py", "Traceback"):
        assert inside not in str(page), inside
    assert "+48601234567" not in lines.getvalue()


def test_each_internal_error_has_its_own_incident_number(app: Flask, owner: PageClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.before_request_funcs[None].append(lambda: 1 / 0)
    try:
        pages = {owner.get_page("/recipients", status=500).get_text() for _ in range(3)}
    finally:
        app.before_request_funcs[None].pop()
    assert len(pages) == 3
