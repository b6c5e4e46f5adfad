"""A small browser: signs in, fills forms, keeps cookies; everything over HTTPS."""

import re
import secrets
import ssl
from collections.abc import Sequence
from functools import partial
from http.client import HTTPResponse, HTTPSConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
Fields = Sequence[tuple[str, str]]


class Refused(Exception):
    """The server did not take what was sent; the text says where."""


class _From(HTTPSHandler):
    """Connections from one address of this machine: all of 127.0.0.0/8 are its own."""

    def __init__(self, address: str, trusted: ssl.SSLContext) -> None:
        super().__init__(context=trusted)
        self.address, self.trusted = address, trusted

    def https_open(self, request: Request) -> HTTPResponse:
        """Open the connection from that address."""
        made = partial(HTTPSConnection, source_address=(self.address, 0))
        return self.do_open(made, request, context=self.trusted)


class Browser:
    """One browser: `agent` and `address` are what it tells of itself."""

    def __init__(self, base: str, certificate: Path, agent: str, address: str) -> None:
        self.base, self.token, self.url = base, "", ""
        trusted = ssl.create_default_context(cafile=str(certificate))
        self.opener = build_opener(_From(address, trusted), HTTPCookieProcessor(CookieJar()))
        self.headers = {
            "User-Agent": agent,
            "Referer": f"{base}/",
        }

    def get(self, path: str) -> str:
        """Open a page; raises Refused."""
        return self._open(Request(self.base + path, headers=self.headers))

    def post(self, path: str, fields: Fields, file: tuple[str, str] | None = None) -> str:
        """Send a form, with a file (its name and content) if there is one; raises Refused."""
        given = [("csrf_token", self.token), *fields]
        kind, body = "application/x-www-form-urlencoded", urlencode(given).encode()
        if file:
            kind, body = _multipart(given, file)
        headers = {**self.headers, "Content-Type": kind}
        return self._open(Request(self.base + path, body, headers))

    def _open(self, request: Request) -> str:
        try:
            with self.opener.open(request, timeout=30) as answer:
                self.url = str(answer.url).removeprefix(self.base)
                page: str = answer.read().decode()
        except HTTPError as error:
            with error:
                raise Refused(f"{request.selector}: {error.code}") from error
        if found := TOKEN.search(page):
            self.token = found[1]
        return page


def _multipart(fields: Fields, file: tuple[str, str]) -> tuple[str, bytes]:
    mark = secrets.token_hex(16)
    lines = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    name, content = file
    lines.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: text/csv\r\n\r\n{content}\r\n--{mark}--\r\n"
    )
    return f"multipart/form-data; boundary={mark}", "".join(lines).encode()
