"""Pages are compressed where their length tells nobody anything."""

import gzip

import pytest
from werkzeug.test import TestResponse

from promosms.web import compression
from tests.support.pages import PageClient

HTML = "text/html; charset=utf-8"


def opened(client: PageClient, address: str, site: str = "", **more: str) -> TestResponse:
    headers = {"Accept-Encoding": "gzip, deflate, br", "Sec-Fetch-Site": site, **more}
    answer = client.get(address, headers={name: value for name, value in headers.items() if value})
    assert answer.content_type == HTML
    return answer


def is_compressed(answer: TestResponse) -> bool:
    return answer.headers.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize(
    ("site", "yes"),
    [
        ("same-origin", True),
        ("none", True),
        ("same-site", False),
        ("cross-site", False),
        ("", False),
    ],
)
def test_a_page_of_an_account_only_if_no_other_site_has_asked_for_it(
    owner: PageClient, site: str, yes: bool
) -> None:
    answer = opened(owner, "/dashboard", site)
    assert is_compressed(answer) is yes
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.vary.as_set(preserve_casing=True))
    page = gzip.decompress(answer.data).decode() if yes else answer.text
    assert "</html>" in page


@pytest.mark.parametrize(
    ("address", "yes"),
    [
        ("/", True),
        ("/terms", True),
        ("/login", True),
        ("/login?next=/settings", False),
        ("/privacy?guess", False),
        ("/nowhere", False),
        ("/certificate/guess", False),
    ],
)
def test_a_public_page_for_everybody_if_its_address_has_no_room_for_a_guess(
    visitor: PageClient, address: str, yes: bool
) -> None:
    assert is_compressed(opened(visitor, address, "cross-site")) is yes
    assert is_compressed(opened(visitor, address, "same-origin"))


def test_only_for_browsers_that_take_it(visitor: PageClient) -> None:
    assert not is_compressed(opened(visitor, "/", **{"Accept-Encoding": "br"}))
    assert not is_compressed(opened(visitor, "/", **{"Accept-Encoding": "gzip;q=0, br"}))


def test_the_length_of_equal_pages_differs() -> None:
    page = b"<p>601 234 567</p>" * 100
    packed = [compression.compressed(page) for _ in range(200)]
    assert {gzip.decompress(each) for each in packed} == {page}
    assert len({len(each) for each in packed}) > compression.MORE / 2
