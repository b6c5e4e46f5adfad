"""NUL: the character that PostgreSQL takes into no text. It comes from attacks and broken files.

An address with it belongs to no page; from what is typed it is removed. Files are not changed.
"""

from typing import IO, Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

NUL = "\0"


class Parser(FormDataParser):
    """Reads forms without NUL."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """The rest of the stream, the fields, the files."""
        rest, fields, files = super().parse(stream, mimetype, content_length, options)
        values = list(fields.items(multi=True))
        if any(NUL in text for pair in values for text in pair):
            fields = self.cls(
                (name.replace(NUL, ""), text.replace(NUL, "")) for name, text in values
            )
        return rest, fields, files


class RequestWithoutNul(Request):
    """A request whose forms are without NUL."""

    form_data_parser_class = Parser


def init_app(app: Flask) -> None:
    """Read all requests so."""
    app.request_class = RequestWithoutNul
    app.before_request(_refuse)


def _refuse() -> None:
    values: Any = (text for pair in request.args.items(multi=True) for text in pair)
    if NUL in request.path or any(NUL in text for text in values):
        abort(404)
