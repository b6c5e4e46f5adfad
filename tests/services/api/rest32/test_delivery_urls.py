"""Addresses to call with news of a text: which are possible, and what stands in their places."""

from datetime import UTC, datetime

import pytest

from promosms.models import MessageStatus
from promosms.services.api.rest32 import delivery_urls
from promosms.services.api.rest32.delivery_urls import LONGEST, REPORTS, filled

MOMENT = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("https://shop.example/?id=%smsID&r=%report", True),
        ("HTTP://shop.example", True),
        ("http://8.8.8.8:8080/x", True),
        ("http://[2606:4700::1111]/", True),
        ("http://" + "x" * (LONGEST - 7), True),
        ("http://" + "x" * (LONGEST - 6), False),
        ("", False),
        ("shop.example", False),
        ("ftp://shop.example/", False),
        ("javascript:alert(1)", False),
        ("https://shop.example/a b", False),
        ("https://shop.example/\n", False),
        ("https://żółw.example/", False),
        ("https://shop.example:99999/", False),
        ("https://user:secret@shop.example/", False),
        ("https://%smsID.example/", False),
        ("https:///x", False),
        ("http://localhost/", False),
        ("http://127.0.0.1/", False),
        ("http://10.0.0.1/", False),
        ("http://169.254.169.254/latest", False),
        ("http://[::1]/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("http://[/", False),
    ],
)
def test_which_addresses_can_be_called(url: str, possible: bool) -> None:
    assert delivery_urls.is_possible(url) is possible


def test_all_places_are_filled_in_any_case_and_encoded() -> None:
    url = "https://s.example/?a=%smsID&b=%SmsId&c=%report&d=%number&e=%ownID&f=%timestamp&g=%20%x"
    assert filled(
        url,
        "msg_0a",
        MessageStatus.DELIVERED,
        phone="+48500600700",
        reference="a&b=ż/%report",
        moment=MOMENT,
    ) == (
        "https://s.example/?a=msg_0a&b=msg_0a&c=1&d=48500600700&e=a%26b%3D%C5%BC%2F%25report"
        "&f=1779010200&g=%20%x"
    )


def test_what_is_not_known_is_empty() -> None:
    url = "https://s.example/%ownID/%number/%timestamp"
    assert filled(url, "msg_0a", MessageStatus.SENT) == "https://s.example///"


def test_every_status_has_a_number_that_programs_know() -> None:
    assert set(REPORTS) == set(MessageStatus)
    numbers = {status.value: number for status, number in REPORTS.items()}
    assert numbers["delivered"] == 1
    assert numbers["undelivered"] == numbers["expired"] == 2
    assert numbers["sent"] == 8
    assert numbers["failed"] == numbers["skipped"] == numbers["cancelled"] == 16
    assert numbers["queued"] == numbers["sending"] == numbers["unknown"] == 0
