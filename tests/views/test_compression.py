"""Pages are compressed where their length tells nobody anything."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from werkzeug.test import TestResponse

from promosms.web import compression
from tests.support.pages import PageClient

HTML = "text/html; charset=utf-8"
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


def opened(client: PageClient, address: str, site: str = "", **more: str) -> TestResponse:
    headers = {"Accept-Encoding": "gzip, deflate, br", "Sec-Fetch-Site": site, **more}
    answer = client.get(address, headers={name: value for name, value in headers.items() if value})
    assert answer.content_type == HTML
    return answer


def is_compressed(answer: TestResponse) -> bool:
    return answer.headers.get("Content-Encoding") in UNPACK


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
    page = brotli.decompress(answer.data).decode() if yes else answer.text
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


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0, br", "br"),
        ("deflate", None),
        ("gzip;q=0", None),
    ],
)
def test_only_for_browsers_that_take_it(
    visitor: PageClient, accepted: str, used: str | None
) -> None:
    answer = opened(visitor, "/", **{"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == used
    page = UNPACK[used](answer.data) if used else answer.data
    assert b"</html>" in page


@pytest.mark.parametrize("encoding", UNPACK)
def test_the_length_of_equal_pages_differs(encoding: str) -> None:
    page = b"<p>601 234 567</p>" * 100
    packed = [compression.PACKERS[encoding](page) for _ in range(400)]
    assert {UNPACK[encoding](each) for each in packed} == {page}
    lengths = {len(each) for each in packed}
    assert len(lengths) > compression.MORE / 2
    assert max(lengths) - min(lengths) < compression.MORE
