"""Settings of gunicorn that remove the header `Server` from responses.

It imports nothing of the application, because the plain HTTP port uses it too.
"""

from typing import Any

from gunicorn.http.wsgi import Response


def on_starting(_server: Any) -> None:
    """gunicorn has no setting for it, so the header is removed from its default list."""
    default = Response.default_headers
    Response.default_headers = lambda response: _without_server(default(response))


def _without_server(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("Server:")]
