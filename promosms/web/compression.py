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

import brotli
from flask import Flask, Response, request
from flask_login import current_user

LEAST = 1_000
"""Shorter pages fit into one packet anyway, in bytes."""
LEVEL = 6
QUALITY, WINDOW = 7, 16
"""Of Brotli: an eighth shorter than gzip, in about the same time; more gains nothing.

The window is 2 to the power of this, in bytes: pages are shorter, and its number takes fewer bits.
"""
MORE = 64
"""So many characters are added at most, where readers of the format pass over them."""
OWN = frozenset({"same-origin", "none"})


def init_app(app: Flask) -> None:
    """Compress what the views return, after everything else has read and completed it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _is_page(response):
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    if _is_ours() or _is_the_same_for_everybody(response):
        for encoding, pack in PACKERS.items():
            if request.accept_encodings.quality(encoding):
                response.set_data(pack(response.get_data()))
                response.headers["Content-Encoding"] = encoding
                break
    return response


def by_brotli(page: bytes) -> bytes:
    """The page as Brotli, with metadata of a random length (RFC 7932, section 9.2, MSKIPLEN)."""
    packer = brotli.Compressor(mode=brotli.MODE_TEXT, quality=QUALITY, lgwin=WINDOW)
    content = packer.process(page) + packer.flush()  # ends at the border of a byte
    more = secrets.randbelow(MORE) + 1
    # Bits from the lowest: not the last block; metadata; reserved; one byte of length; length - 1.
    head = 0b01_0_11_0 | (more - 1) << 6
    return bytes(content + head.to_bytes(2, "little") + bytes(more) + packer.finish())


def by_gzip(page: bytes) -> bytes:
    """The page as a gzip file whose name is long or short, at random (RFC 1952, FNAME)."""
    name = secrets.token_hex(MORE)[: secrets.randbelow(MORE) + 1]
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, packed, mtime=0) as file:
        file.write(page)
    return packed.getvalue()


PACKERS = {"br": by_brotli, "gzip": by_gzip}
"""The shorter one first. Browsers name both, over HTTPS."""


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
