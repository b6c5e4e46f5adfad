"""Addresses that hold a secret: every route is known to have one or not."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from promosms.web import secret_addresses
from tests.meta.sources import PACKAGE
from tests.support.pages import PageClient

# Arguments that are no secret: who has one may do nothing with it.
OPEN = {"public_id", "kind", "name", "code", "day", "filename"}
OPEN_QUERY = {
    *("after", "before", "first", "last", "since", "until", "from", "to", "year", "month", "day"),
    *(
        "amount",
        "country",
        "form",
        "kind",
        "language",
        "list",
        "number",
        "other",
        "page",
        "person",
        "provider",
        "q",
        "route",
    ),
    *("segment", "invoice", "show", "state", "status", "trial", "account", "email", "part", "why"),
    *("campaign", "starter", "trade"),
    *("from-time", "to-time", "after-id"),  # of PromoSMS REST 3.2
    "trigger",  # of a new automation
    "next",  # another address, looked into
}
READ = re.compile(r'args\.get(?:list)?\(\s*"([\w-]+)"')
KEPT_FROM_ALL = ("no-store", "no-referrer")


def headers(response: TestResponse) -> tuple[str | None, str | None]:
    response.close()
    return response.headers.get("Cache-Control"), response.headers.get("Referrer-Policy")


def secret_rules(app: Flask) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if r.arguments & secret_addresses.ARGUMENTS]


def address(rule: Rule) -> str:
    return re.sub(r"<[^>]*>", "MadeUp-secret_0", rule.rule)


def test_every_argument_of_a_route_is_known_to_be_a_secret_or_not(app: Flask) -> None:
    arguments = {name for rule in app.url_map.iter_rules() for name in rule.arguments}
    assert arguments == OPEN | secret_addresses.ARGUMENTS
    assert all(rule.rule.index("<") >= len("/x/") for rule in secret_rules(app))


def test_every_name_in_a_query_is_known_to_be_a_secret_or_not() -> None:
    names = {name for file in PACKAGE.rglob("*.py") for name in READ.findall(file.read_text())}
    assert names == OPEN_QUERY | secret_addresses.QUERY


@pytest.mark.parametrize("base", ["https://localhost", "http://localhost"])
def test_no_cache_and_no_other_site_gets_a_secret(app: Flask, base: str) -> None:
    client, rules = PageClient(app), secret_rules(app)
    assert len(rules) > 10
    for rule in rules:
        for path in (address(rule), f"{address(rule)}/", f"{address(rule)}.,"):
            assert headers(client.get(path, base_url=base)) == KEPT_FROM_ALL, path
        if "POST" in (rule.methods or ()):
            assert headers(client.post(address(rule), base_url=base)) == KEPT_FROM_ALL, rule


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/billing/automatic/back?session=cs_test_1", KEPT_FROM_ALL),
        ("/login?next=/billing/automatic/back?session%3Dcs_test_1", KEPT_FROM_ALL),
        ("/login?next=/leave/MadeUp-secret_0", KEPT_FROM_ALL),
        ("/change//email/MadeUp-secret_0", KEPT_FROM_ALL),
        ("/REGISTER/MadeUp-secret_0", KEPT_FROM_ALL),
        ("/login?next=/dashboard", ("no-cache", "same-origin")),
        ("/login?" + "next=?" * 1000, ("no-cache", "same-origin")),
        ("/login?next=//[", ("no-cache", "same-origin")),
        ("/login?next=%2F%2Fregister", ("no-cache", "same-origin")),
        ("/register", ("no-cache", "same-origin")),
        ("/leave", ("no-cache", "same-origin")),
    ],
)
def test_a_secret_may_stand_in_a_query(app: Flask, path: str, expected: tuple[str, str]) -> None:
    assert headers(PageClient(app).get(path)) == expected
