"""The application contacts only listed hosts: checked at the sockets and in the sources."""

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
from promosms.settings import Settings
from tests.meta.sources import STATIC, modules, strings, templates
from tests.meta.stage import CONSENT, NEW_PASSWORD, NUMBER
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_link, last_password

FOREIGN = re.compile(r"""(?:https?:)?//(?=[\w.-]+\.[a-z]{2,})[^\s"'<>)]+""")
# Namespaces of formats, examples, and a link that stands as a code on invoices: never opened.
NAMES_ONLY = (
    *("www.w3.org", "crd.gov.pl", "qr.ksef.mf.gov.pl"),
    *("sms.example.com", "shop.example"),
)
# Hosts that the code can contact, and why.
LISTED = {
    "ec.europa.eu": "VIES, if a customer gives a VAT number",
    "api.smsapi.pl": "a gateway that the operator has connected",
    "api.smsapi.com": "a gateway that the operator has connected",
    "api.twilio.com": "a gateway that the operator has connected",
    "rest.nexmo.com": "a gateway that the operator has connected",
    "eu.sms.api.sinch.com": "a gateway that the operator has connected",
    "us.sms.api.sinch.com": "a gateway that the operator has connected",
    "api.telnyx.com": "a gateway that the operator has connected",
    "api.plivo.com": "a gateway that the operator has connected",
    "rest.clicksend.com": "a gateway that the operator has connected",
    "gatewayapi.com": "a gateway that the operator has connected",
    "gatewayapi.eu": "a gateway that the operator has connected",
}
CONNECTIONS = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")

_seen: list[list[object]] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    # At the end of the process the names of the module are gone before the hook is.
    if _seen and event in CONNECTIONS:
        place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        _seen[-1].append(place)


sys.addaudithook(_listen)  # permanent: Python cannot remove an audit hook


@contextmanager
def watched() -> Iterator[list[object]]:
    """All addresses that Python connects to or looks up, in all threads."""
    _seen.append([])
    try:
        yield _seen[-1]
    finally:
        _seen.pop()


def test_connections_and_lookups_are_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, watched() as seen:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port)).close()
    assert "localhost" in seen
    assert ("127.0.0.1", port) in seen


def test_the_application_connects_only_to_listed_hosts(
    app: Flask, redis_url: str, settle: Callable[..., None]
) -> None:
    visitor = PageClient(app)
    with watched() as seen:
        redis.Redis.from_url(redis_url).ping()  # which must be seen
        story(app, visitor, settle)
    redis_socket = Path(urlsplit(redis_url).path)
    assert str(redis_socket) in map(str, seen), "no connection was seen"
    assert {str(place) for place in seen} == {str(redis_socket)}


def story(app: Flask, visitor: PageClient, settle: Callable[..., None]) -> None:
    """From the registration to the last reply."""
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
        {
            "name": "Sale",
            "audience": "everyone",
            "opt_out_line": "y",
            "text": "20% off",
            "language": "en",
            "action": "",
        },
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


def test_no_template_or_static_file_contains_a_foreign_address() -> None:
    files = [path for path in STATIC.rglob("*.*") if path.suffix in (".css", ".js", ".svg")]
    sources = {**templates(), **{path.name: path.read_text() for path in files}}
    for name, source in sources.items():
        urls = [url for url in FOREIGN.findall(source) if not _names_only(url)]
        assert urls == [], name


def test_the_code_contains_only_listed_hosts() -> None:
    modules_by_host: dict[str, set[str]] = {}
    for name, module in modules().items():
        docstrings = set(_docstrings(module))
        for text in set(strings(module)) - docstrings:
            for url in re.findall(r"https?://[\w.-]+\.[a-z]{2,}", text):
                modules_by_host.setdefault(urlsplit(url).hostname or "", set()).add(name)
    foreign = {host: names for host, names in modules_by_host.items() if host not in NAMES_ONLY}
    assert {host: names for host, names in foreign.items() if host not in LISTED} == {}
    assert urlsplit(Settings().vies_url).hostname in foreign


def _names_only(url: str) -> bool:
    return any(f"//{host}" in url for host in NAMES_ONLY)


def _docstrings(module: ast.Module) -> Iterator[str]:
    """The docstrings of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for first in node.body[:1]:
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    yield str(first.value.value)
