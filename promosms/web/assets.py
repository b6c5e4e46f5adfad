"""Style sheets, scripts, drawings and type: sent compressed, and kept by browsers.

The address of a style sheet or a picture has the digest of its content, so that browsers keep it
for a year and load a new one at once. Scripts import each other by name and are asked for again
each time, which costs one short answer. Style sheets are sent as one: on a first visit each request
waits for the line. Comments and spaces are left out of both, when the process starts.
"""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
from flask import Flask, Response, request
from flask_compress import Compress

from promosms.web import fonts

COMPRESSED = ["text/css", "text/javascript", "image/svg+xml"]
KEPT = "public, max-age=31536000, immutable"
SHEETS = ("tokens", "elements", "layout", "components")
"""The layers, in their order."""
ALL = "css/all.css"
"""All of them, and the type if it was made."""
OF_DOWNLOADS = ("Accept-Ranges", "Content-Disposition", "Last-Modified")
"""Headers of files that somebody downloads, and of those without an Etag."""


class Compressed:
    """The compressed files of this process: there are as many as there are static files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """The compressed content of a path; None if it was not asked for yet."""
        return self.files.get(key)

    def set(self, key: str, content: bytes) -> None:
        """Keep the compressed content of a path."""
        self.files[key] = content


def init_app(app: Flask) -> None:
    """Compress what is static, name it by its content, and let browsers keep it."""
    static = Path(str(app.static_folder))
    app.config.update(
        COMPRESS_MIMETYPES=COMPRESSED,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=11,  # the smallest; each file is compressed once
        COMPRESS_LEVEL=9,
        COMPRESS_CACHE_BACKEND=Compressed,
        COMPRESS_CACHE_KEY=lambda request: request.path,
    )
    Compress(app)
    layers = [(static / "css" / f"{name}.css").read_text() for name in SHEETS]
    type_ = fonts.sheet() if fonts.made(static) else ""
    sheet = type_.encode() + rcssmin.cssmin("\n".join(layers)).encode()
    scripts = {each.name: rjsmin.jsmin(each.read_text()) for each in static.glob("*.js")}

    def _file(filename: str) -> Response:
        if filename == ALL:
            return Response(sheet, mimetype="text/css")
        if filename in scripts:
            response = Response(scripts[filename], mimetype="text/javascript")
            response.add_etag()
            response.cache_control.no_cache = True
            response.make_conditional(request)
            return response
        return app.send_static_file(filename)

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values["filename"] == ALL:
            values["v"] = _digest(sheet)
        elif endpoint == "static" and values["filename"].endswith((".svg", ".webp")):
            values["v"] = _digest_of(static / values["filename"])

    app.view_functions["static"] = _file

    app.after_request(_keep)
    app.after_request(_read)  # before it is compressed: what is registered last comes first


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=6).hexdigest()


@cache
def _digest_of(path: Path) -> str:
    return _digest(path.read_bytes())


def _keep(response: Response) -> Response:
    if request.endpoint == "static":
        for name in OF_DOWNLOADS:
            response.headers.pop(name, None)
        if "v" in request.args or request.path.endswith(".woff2"):
            response.headers["Cache-Control"] = KEPT
            response.headers.pop("ETag", None)  # nobody asks again
    return response


def _read(response: Response) -> Response:
    if request.endpoint == "static" and response.mimetype in COMPRESSED:
        response.direct_passthrough = False
        response.make_sequence()  # a stream would be left open
    return response
