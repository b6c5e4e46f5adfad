"""Forms of pages with a secret address, which send no `Referer`."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from promosms.web.secret_addresses import OurRequest
from tests.support.pages import PageClient

OURS, OTHER = "https://localhost/", "https://evil.example/x"


@pytest.mark.parametrize(
    ("headers", "path", "seen"),
    [
        ({"Referer": OURS + "lists"}, "/lists", OURS + "lists"),
        ({"Referer": OTHER}, "/leave/secret", OTHER),
        ({"Referer": OTHER, "Sec-Fetch-Site": "same-origin"}, "/lists", OTHER),
        ({"Referer": "", "Sec-Fetch-Site": "same-origin"}, "/lists", ""),
        ({"Sec-Fetch-Site": "same-origin"}, "/language", OURS),
        ({"Sec-Fetch-Site": "same-site"}, "/leave/secret", ""),
        ({"Sec-Fetch-Site": "cross-site"}, "/leave/secret", ""),
        ({"Sec-Fetch-Site": "none"}, "/leave/secret", ""),
        ({}, "/leave/secret", OURS),
        ({}, "/lists", ""),
        ({"Referer": "https://["}, "/lists", ""),
        ({"Referer": "https://[", "Sec-Fetch-Site": "same-origin"}, "/lists", ""),
        ({"Referer": "https://localhost:x/"}, "/lists", ""),
        ({"Referer": "https://localhost:99999/"}, "/leave/secret", ""),
    ],
)
def test_the_site_of_a_form_is_known(
    app: Flask, headers: dict[str, str], path: str, seen: str
) -> None:
    with app.test_request_context(path, base_url=OURS, headers=headers) as context:
        assert isinstance(context.request, OurRequest)
        assert context.request.referrer == seen


class Browser(PageClient):
    """It sends no `Referer`, as browsers do from a page with such an address."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super(PageClient, self).open(*args, **{"base_url": OURS, **kwargs})


@pytest.mark.parametrize(
    ("headers", "leave", "language"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 410, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 400, 400),
        ({}, 410, 400),
        ({"Referer": "https://["}, 400, 400),
        ({"Referer": "https://localhost:99999/"}, 400, 400),
    ],
)
def test_forms_of_such_a_page_work_and_only_from_there(
    app: Flask, headers: dict[str, str], leave: int, language: int
) -> None:
    browser, form = Browser(app), {"page": "/", "language": "pl"}
    assert browser.send("/leave/secret", headers=headers).status_code == leave  # no such link
    assert browser.send("/language", form, headers=headers).status_code == language
    browser.token = "wrong"
    assert browser.send("/leave/secret", headers=headers).status_code == 400
