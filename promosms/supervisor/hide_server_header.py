"""Settings of gunicorn that keep its name to itself: answers have no header `Server`.

Stands alone and imports nothing of the application, because the plain HTTP port starts with it too.
"""

from typing import Any

from gunicorn.http.wsgi import Response


def on_starting(_server: Any) -> None:
    """gunicorn has no setting for it: before it begins, that header is taken out of its list."""
    named = Response.default_headers
    Response.default_headers = lambda answer: _without_name(named(answer))


def _without_name(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("Server:")]
