"""The page about security, security.txt, the page about TLS."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from promosms.views.policies.security import SAMPLES, SHOWN
from tests.support.pages import PageClient
from tests.support.settings import override

TEXT = "/.well-known/security.txt"


def fields(visitor: PageClient) -> dict[str, str]:
    response = visitor.get(TEXT)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    pairs = [line.split(": ", 1) for line in response.text.splitlines()]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def test_security_txt_follows_rfc_9116(app: Flask, visitor: PageClient) -> None:
    override(app, operator_email="ola@example.com", public_url="https://sms.example.com/")
    values = fields(visitor)
    expires = datetime.fromisoformat(values.pop("Expires"))
    assert values == {
        "Contact": "mailto:ola@example.com",
        "Preferred-Languages": "en, pl",
        "Canonical": "https://sms.example.com/.well-known/security.txt",
        "Policy": "https://sms.example.com/security",
    }
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("security@example.com", "mailto:security@example.com"),
        ("https://example.com/report", "https://example.com/report"),
        ("", "mailto:security@localhost"),
    ],
)
def test_the_contact_is_that_of_the_settings(
    app: Flask, visitor: PageClient, setting: str, address: str
) -> None:
    override(app, security_contact=setting, operator_email="")
    assert fields(visitor)["Contact"] == address
    page = visitor.get_page("/security")
    assert page.select_one(f'main a[href="{address}"]')


def test_every_page_links_to_the_page_about_security(visitor: PageClient) -> None:
    page = visitor.get_page("/")
    assert page.select_one('footer a[href="/security"]')
    assert visitor.get_page("/security").select_one('a[href="/security/tls"]')


def test_the_page_about_tls_shows_the_samples_as_they_are(app: Flask, visitor: PageClient) -> None:
    override(app, public_url="https://sms.example.com")
    page = visitor.get_page("/security/tls")
    shown = [sample.get_text() for sample in page.select("pre code")]
    assert shown == [(SAMPLES / file).read_text() for _, file in SHOWN]
    assert "https://sms.example.com" in page.get_text()
    assert {path.name for path in SAMPLES.glob("tls.*")} == {file for _, file in SHOWN}
