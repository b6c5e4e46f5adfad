"""The plain HTTP port: redirects to HTTPS and accepts no forms, and nothing for the API.

An API key that came here, where others could read it, is left for the tick (`exposed_keys`): a
crowd here does not reach the database.
"""

import json
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from promosms.services.api import exposed_keys, tokens
from promosms.supervisor.http_server import Servers

SECRET = [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
API = re.compile("/api/(?:v1|rest)(/|$)")
REST = re.compile("/api/rest(/|$)")
DETAIL = (
    "Use an address that begins with https://. Others could read what you sent: if there was a key "
    "in it, replace it."
)
REFUSED = {"response": {"status": 400, "message": DETAIL}}
"""The answer to programs that speak PromoSMS REST 3.2."""


class Redirect:
    """The application of this port: it leads to `public_url`, and writes keys into a file."""

    def __init__(self, public_url: str, exposed: Path) -> None:
        self.public_url = public_url.rstrip("/")
        self.exposed = exposed

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """301 for GET and HEAD, else 403: a form sent here was already readable on the network.

        The address may hold a secret, such as the link of an e-mail: nobody keeps it or passes it
        on.
        """
        method = environ["REQUEST_METHOD"]
        if API.match(environ.get("PATH_INFO", "")):
            return self._refuse(environ, start_response)
        if method not in ("GET", "HEAD"):
            headers = [("Content-Type", "text/plain"), ("Content-Length", "35")]
            start_response("403 Forbidden", headers)
            return [b"Forms are accepted over HTTPS only."]
        path = quote(environ.get("PATH_INFO", "/").encode("latin-1"), safe="/~!$&'()*+,;=:@")
        query = environ.get("QUERY_STRING", "")
        target = f"{self.public_url}/{path.lstrip('/')}" + (f"?{query}" if query else "")
        headers = [("Location", target), ("Content-Length", "0"), *SECRET]
        start_response("301 Moved Permanently", headers)
        return []

    def _refuse(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """403: a program that is redirected would send its key over this connection each time."""
        in_address = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        in_header = environ.get("HTTP_AUTHORIZATION", "")
        for where, text in (("address", in_address), ("header", in_header)):
            if token := tokens.found_in(text):
                self._leave(where, token)
        rest = REST.match(environ.get("PATH_INFO", ""))
        body = json.dumps(REFUSED if rest else self._problem()).encode()
        kind = "application/json" if rest else "application/problem+json"
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response("403 Forbidden", [*headers, *SECRET])
        return [body]

    def _problem(self) -> dict[str, object]:
        return {
            "type": f"{self.public_url}/api/errors#https-only",
            "title": "This came over an unencrypted connection",
            "status": 403,
            "code": "https-only",
            "detail": DETAIL,
        }

    def _leave(self, where: str, token: str) -> None:
        try:
            exposed_keys.leave(self.exposed, where, token)
        except OSError as error:  # a full disk: the request is refused all the same
            sys.stderr.write(f"redirect: {error.strerror}\n")


def run(app: Redirect, addresses: Iterable[str]) -> None:
    """Answer on these addresses until SIGTERM."""
    servers = Servers(app, [_listening(address) for address in addresses], threads=1)
    ends: list[int] = []

    def end(number: int, _frame: object) -> None:
        ends.append(number)
        servers.wake()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while not ends:
        servers.poll(1.0)
    servers.end(patience=1.0)


def _listening(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=2048)
