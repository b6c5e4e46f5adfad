"""The plain HTTP port: redirects to HTTPS and accepts no forms.

A program of its own, `python redirect.py ADDRESS:PORT …`. It imports nothing of the application,
which keeps its process small.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any
from urllib.parse import quote

PUBLIC_URL = os.environ.get("PROMOSMS_PUBLIC_URL", "https://localhost:8443").rstrip("/")
SECRET = [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """301 for GET and HEAD, else 403: a form sent here was already readable on the network.

    The address may hold a secret, such as the link of an e-mail: nobody keeps it or passes it on.
    """
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD"):
        start_response("403 Forbidden", [("Content-Type", "text/plain"), ("Content-Length", "35")])
        return [b"Forms are accepted over HTTPS only."]
    path = quote(environ.get("PATH_INFO", "/").encode("latin-1"), safe="/~!$&'()*+,;=:@")
    query = environ.get("QUERY_STRING", "")
    target = f"{PUBLIC_URL}/{path.lstrip('/')}" + (f"?{query}" if query else "")
    headers = [("Location", target), ("Content-Length", "0"), *SECRET]
    start_response("301 Moved Permanently", headers)
    return []


def serve(addresses: Iterable[str]) -> None:
    """Answer on these addresses until SIGTERM."""
    # Beside this file: from the package it would load the application.
    http_server = import_module("http_server")
    servers = http_server.Servers(app, [_listening(address) for address in addresses], threads=1)
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


if __name__ == "__main__":
    serve(sys.argv[1:])
