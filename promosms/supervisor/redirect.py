"""The plain HTTP port: redirects to HTTPS and accepts no forms.

It imports nothing of the application, which keeps its process small.
"""

import os
from collections.abc import Callable, Iterable
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
