"""The plain HTTP port: redirects to HTTPS and accepts no forms, and nothing for the API.

Into a file it writes the SHA-256 of each API key that came here, where others could read it:
`services/api/exposed_keys.py` reads them. So a crowd here does not reach the database.
"""

import base64
import binascii
import hashlib
import json
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from promosms.supervisor.http_server import Servers

SECRET = [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
API = re.compile("/api/(?:v1|rest)(/|$)")
REST = re.compile("/api/rest(/|$)")
KEY = re.compile(r"psk_(?:live|test)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}")
DETAIL = (
    "Use an address that begins with https://. Others could read what you sent: if there was a key "
    "in it, replace it."
)
REFUSED = {"response": {"status": 400, "message": DETAIL}}
"""The answer to programs that speak PromoSMS REST 3.2."""
ENCODED = re.compile("[0-9A-Za-z+/_-]{72,400}={0,2}")
"""What may be an e-mail address and a key in base 64 (`services/api/tokens.py` has it, too)."""
LARGEST = 100_000  # bytes of the file: more only comes from somebody who makes it up


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
            if key := _key_in(text):
                self._note(f"{where} {hashlib.sha256(key.encode()).hexdigest()}")
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

    def _note(self, line: str) -> None:
        try:
            with self.exposed.open("a", encoding="ascii") as file:
                if file.tell() < LARGEST:
                    file.write(f"{line}\n")
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


def _key_in(text: str) -> str:
    """The key within a text, also in base 64 as HTTP Basic has it; empty if there is none."""
    for part in (text, *map(_decoded, ENCODED.findall(text))):
        if found := KEY.search(part):
            return found[0]
    return ""


def _decoded(word: str) -> str:
    """What stands in base 64 in a word, wherever in it that begins."""
    plain = word.rstrip("=").replace("+", "-").replace("/", "_")
    return " ".join(map(_bytes_of, (plain[begin:] for begin in range(4))))


def _bytes_of(plain: str) -> str:
    plain = plain[:-1] if len(plain) % 4 == 1 else plain  # what follows in an address
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode("latin-1")
    except binascii.Error:
        return ""
