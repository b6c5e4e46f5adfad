"""Nothing leaves to anybody who is not named: watched at the sockets, and read in the sources."""

import ast
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import redis
from flask import Flask

from promosms.services.gateways import simulated_phone
from promosms.settings import DEFAULTS
from tests.meta.sources import STATIC, modules, strings, templates
from tests.meta.stage import CONSENT, NEW_PASSWORD, NUMBER
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_link, last_password

FOREIGN = re.compile(r"""(?:https?:)?//(?=[\w.-]+\.[a-z]{2,})[^\s"'<>)]+""")
# Names of languages and formats, which nobody opens.
NAMES_ONLY = ("www.w3.org", "crd.gov.pl")
# Where the code can go by itself, and what for.
KNOWN = {
    "ec.europa.eu": "VIES, if a customer gives a VAT number",
    "api.smsapi.pl": "a gateway that the operator has connected",
    "api.smsapi.com": "a gateway that the operator has connected",
    "api.twilio.com": "a gateway that the operator has connected",
    "rest.nexmo.com": "a gateway that the operator has connected",
}
CONNECTIONS = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")

_seen: list[list[object]] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if event in CONNECTIONS and _seen:
        place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        _seen[-1].append(place)


sys.addaudithook(_listen)  # for good: Python cannot take one away


@contextmanager
def watched() -> Iterator[list[object]]:
    """Every address to which Python connects or which it looks up, in all threads."""
    _seen.append([])
    try:
        yield _seen[-1]
    finally:
        _seen.pop()


def test_the_watch_sees_connections_and_lookups() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, watched() as seen:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port)).close()
    assert "localhost" in seen
    assert ("127.0.0.1", port) in seen


def test_nothing_connects_to_anybody_who_is_not_named(
    app: Flask, redis_url: str, settle: Callable[..., None]
) -> None:
    visitor = PageClient(app)
    with watched() as seen:
        redis.Redis.from_url(redis_url).ping()  # what the watch must see
        story(app, visitor, settle)
    own = Path(urlsplit(redis_url).path)
    assert str(own) in map(str, seen), "the watch has seen nothing"
    assert {str(place) for place in seen} == {str(own)}


def story(app: Flask, visitor: PageClient, settle: Callable[..., None]) -> None:
    """From registering to the last reply."""
    visitor.post_page("/register", {"email": "anna@example.com", "phone": "+48601234567"})
    visitor.post_page(last_link(app))
    signing_in = {"email": "anna@example.com", "password": last_password(app)}
    settle()
    visitor.post_page("/login", signing_in)
    visitor.post_page("/password/new", {"password": NEW_PASSWORD})
    visitor.post_page("/imports/paste", {"text": "601 555 001\n601 555 002", **CONSENT})
    settle()
    visitor.send(
        "/campaigns/new",
        {"name": "Sale", "audience": "everyone", "text": "20% off", "language": "en", "action": ""},
    )
    draft = re.findall(r"/campaigns/\w{20}", visitor.get("/campaigns").text)[0]
    page = visitor.get_page(f"{draft}/review")
    agreed = page.select("input[name=agreed]")[0]["value"]
    visitor.post_page(f"{draft}/send", {"agreed": agreed})
    settle()
    assert "2" in visitor.get_page(draft).get_text()
    with app.app_context():
        sent = [text for text in simulated_phone.texts() if text.phone == "+48601555001"]
        assert sent
        simulated_phone.store().reply("+48601555001", NUMBER, "STOP")
    settle()
    assert "601 555 001" in visitor.get_page("/recipients/opt-outs").get_text()
    visitor.send("/logout")


def test_no_source_of_a_page_names_a_foreign_address() -> None:
    sources = {**templates(), **{path.name: path.read_text() for path in STATIC.iterdir()}}
    for name, source in sources.items():
        found = [url for url in FOREIGN.findall(source) if not _names_only(url)]
        assert found == [], name


def test_the_code_knows_no_address_outside_but_these() -> None:
    found: dict[str, set[str]] = {}
    for name, module in modules().items():
        said = set(_said(module))
        for text in set(strings(module)) - said:
            for url in re.findall(r"https?://[\w.-]+\.[a-z]{2,}", text):
                found.setdefault(urlsplit(url).hostname or "", set()).add(name)
    outside = {host: names for host, names in found.items() if host not in NAMES_ONLY}
    assert {host: names for host, names in outside.items() if host not in KNOWN} == {}
    assert urlsplit(str(DEFAULTS["VIES_URL"])).hostname in outside


def _names_only(url: str) -> bool:
    return any(f"//{host}" in url for host in NAMES_ONLY)


def _said(module: ast.Module) -> Iterator[str]:
    """Docstrings, which only people read."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for first in node.body[:1]:
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    yield str(first.value.value)
