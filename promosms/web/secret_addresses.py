"""Addresses that hold a secret: links of e-mails, certificates, ways back from a payment.

Who has such an address may do what it says, so no cache keeps its page, and no browser passes it on
in a `Referer`.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, current_app
from flask.wrappers import Request
from werkzeug.utils import cached_property

from promosms.web.nul import RequestWithoutNul

ARGUMENTS = frozenset({"token", "link", "key"})
"""The arguments of routes that are secrets; the tests know all others."""
QUERY = frozenset({"session"})
"""The same for names in a query; `next` holds another address."""
NAME = "secret_addresses"


class OurRequest(RequestWithoutNul):
    """A request that knows the site it came from where the browser sends no `Referer`."""

    @cached_property
    def referrer(self) -> str:
        """The page that sent a form, or only its site; empty if unknown.

        A page with a secret address sends no `Referer`, and the CSRF check asks for one. Browsers
        say the same in `Sec-Fetch-Site`, which no page can set. Those from before 2023 do not: then
        the address itself is the proof, because no other site knows it. What is no address says
        nothing.
        """
        sent, site = self.headers.get("Referer"), self.headers.get("Sec-Fetch-Site")
        ours = site == "same-origin" or (site is None and is_secret(self.path))
        return self.host_url if sent is None and ours else _readable(sent or "")


def init_app(app: Flask) -> None:
    """Read all requests so."""
    app.request_class = OurRequest


def guard(request: Request, response: Response) -> None:
    """Keep a secret out of caches and of `Referer`, where the address or the redirect has one."""
    target = re.sub("^https?://[^/?]*", "", response.location or "")
    if is_secret(request.path, request.query_string.decode("latin-1")) or _leads_to(target):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"


def is_secret(path: str, query: str = "") -> bool:
    """Is there a secret in the address? One that was cut or got a letter more counts, too."""
    names = parse_qsl(query)
    return _has_secret(path, names) or any(name == "next" and _leads_to(to) for name, to in names)


def _readable(address: str) -> str:
    """The address if it can be split into its parts, with a port that exists; else nothing."""
    try:
        _port = urlsplit(address).port
    except ValueError:
        return ""
    return address


def _leads_to(address: str) -> bool:
    path, _, query = address.partition("?")
    return _has_secret(path, parse_qsl(query))


def _has_secret(path: str, query: list[tuple[str, str]]) -> bool:
    begins = re.sub("/+", "/", path).lower().startswith(_prefixes())
    return begins or any(name in QUERY for name, _ in query)


def _prefixes() -> tuple[str, ...]:
    """What stands before the secret in the routes that have one."""
    if NAME not in current_app.extensions:
        rules = current_app.url_map.iter_rules()
        secret = [rule.rule for rule in rules if rule.arguments & ARGUMENTS]
        current_app.extensions[NAME] = tuple(rule.partition("<")[0] for rule in secret)
    found: tuple[str, ...] = current_app.extensions[NAME]
    return found
