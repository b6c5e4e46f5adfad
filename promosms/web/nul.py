"""NUL: the character that PostgreSQL takes into no text. It comes from attacks and broken files.

No page has it in its path; it is removed from what is typed. Files are not changed.
"""

from typing import IO

from flask import Flask, Request, abort, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

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
        return rest, self.cls(_without_nul(fields)), files


class RequestWithoutNul(Request):
    """A request whose forms and arguments are without NUL."""

    form_data_parser_class = Parser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The arguments of the address."""
        return self.parameter_storage_class(_without_nul(super().args))


def init_app(app: Flask) -> None:
    """Read all requests so."""
    app.request_class = RequestWithoutNul
    app.before_request(_refuse)


def _refuse() -> None:
    if NUL in request.path:
        abort(404)


def _without_nul(fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    pairs = fields.items(multi=True)
    return [(name.replace(NUL, ""), text.replace(NUL, "")) for name, text in pairs]
