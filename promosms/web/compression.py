"""Pages are sent compressed, where nobody can use that to read them.

The length of a compressed page tells whether a guess that stands in it equals something private in
it (BREACH). Who wants to use that has pages made with guesses, and reads their lengths on the line.
So a page is compressed only if no other site can have had it made: the browser says that this
installation or the user asked for it (`Sec-Fetch-Site`, which no site can set), or nothing of a
request stands in it. And each has some bytes more, at random, against guesses that are written into
the account instead: in a reply, for example.
"""

import gzip
import io
import secrets

from flask import Flask, Response, request
from flask_login import current_user

LEAST = 1_000
"""Shorter pages fit into one packet anyway, in bytes."""
LEVEL = 6
MORE = 64
"""So many characters are added at most, in the header of the compressed page."""
OWN = frozenset({"same-origin", "none"})


def init_app(app: Flask) -> None:
    """Compress what the views return, after everything else has read and completed it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _is_page(response):
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    if request.accept_encodings.quality("gzip") and (
        _is_ours() or _is_the_same_for_everybody(response)
    ):
        response.set_data(compressed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response


def compressed(page: bytes) -> bytes:
    """The page as a gzip file whose name is long or short, at random (RFC 1952, FNAME)."""
    name = secrets.token_hex(MORE)[: secrets.randbelow(MORE) + 1]
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, packed, mtime=0) as file:
        file.write(page)
    return packed.getvalue()


def _is_page(response: Response) -> bool:
    return (
        response.mimetype == "text/html"
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and len(response.get_data()) >= LEAST
    )


def _is_ours() -> bool:
    """Did this installation, or somebody who typed its address, ask for the page?"""
    return request.headers.get("Sec-Fetch-Site") in OWN


def _is_the_same_for_everybody(response: Response) -> bool:
    """A page without an account, whose address leaves no room for a guess."""
    rule = request.url_rule
    return (
        request.method == "GET"
        and response.status_code == 200  # else who has signed in may not be known yet
        and not request.query_string
        and rule is not None
        and not rule.arguments
        and not current_user.is_authenticated
    )
