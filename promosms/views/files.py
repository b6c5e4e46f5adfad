"""Tables as files: a workbook, or CSV with the separators of a country.

CSV is streamed. A workbook has to be complete before it is sent: it is written into a file without
a name, which is gone when it was sent, or when the process is killed.
"""

import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, Response, render_template, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.language import number, timezone
from promosms.lib import countries, csv_files, xlsx_files
from promosms.lib.csv_files import COMMAS, SEMICOLONS, Style
from promosms.lib.tables import Table
from promosms.settings import instance_file
from promosms.web.access import my_account

FOLDER = "exports"
MOST_AT_ONCE = 50_000
"""Rows of a workbook that are written while somebody waits: in about five seconds."""
THREADS = 2
"""Of the threads of a web process so many make files, or wait for a slow reader of one."""
_threads = threading.BoundedSemaphore(THREADS)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Form(StrEnum):
    """In which form a table leaves."""

    WORKBOOK = "xlsx"
    SEMICOLONS = "semicolons"
    COMMAS = "commas"


@dataclass(frozen=True)
class Offer:
    """A form to choose, and for whom it is."""

    form: Form
    label: str
    help: str


class Crowded(Exception):
    """Others are downloading: nothing was begun, try again in a minute."""


class TooLong(Exception):
    """The table has more rows than a workbook that is written while somebody waits."""


def init_app(app: Flask) -> None:
    """Give the templates the forms, and explain what is too long."""
    app.jinja_env.globals.update(download_offers=offers)
    app.register_error_handler(TooLong, too_long)
    app.register_error_handler(Crowded, crowded)


def too_long(_error: TooLong) -> ResponseReturnValue:
    """A table that has more rows than a workbook can have here."""
    title = _("This is too long for a workbook")
    advice = _(
        "A workbook can have %(most)s rows here. Choose CSV instead: every spreadsheet opens it.",
        most=number(MOST_AT_ONCE),
    )
    return render_template("error.html", title=title, advice=advice), 409


def crowded(_error: Crowded) -> ResponseReturnValue:
    """Others are downloading, perhaps slowly."""
    title = _("Others are downloading at the moment")
    advice = _("Please try again in a minute. Nothing is lost.")
    page = render_template("error.html", title=title, advice=advice)
    return page, 503, {"Retry-After": "60"}


def offers() -> list[Offer]:
    """The forms of a table, that of the account's country before the other one."""
    region = my_account().region
    country = countries.name(region)
    theirs = _("For spreadsheets as they are set in %(country)s.", country=country)
    others = _("For other countries and for programs.")
    semicolons_here = csv_files.style_of(region).delimiter == SEMICOLONS.delimiter
    csv = [
        Offer(Form.SEMICOLONS, _("CSV with semicolons"), theirs if semicolons_here else others),
        Offer(Form.COMMAS, _("CSV with commas"), others if semicolons_here else theirs),
    ]
    workbook = Offer(
        Form.WORKBOOK,
        _("Workbook (XLSX)"),
        _("For Excel, LibreOffice and others; numbers and days stay as they are."),
    )
    return [workbook, *(csv if semicolons_here else reversed(csv))]


def answer(table: Table, name: str) -> ResponseReturnValue:
    """The table in the form that the address asks for. Raises TooLong, Crowded."""
    if not _threads.acquire(blocking=False):
        raise Crowded
    if request.args.get("form") == Form.WORKBOOK:
        try:
            return _workbook(table, f"{name}.xlsx")
        finally:
            _threads.release()
    lines = csv_files.blocks(table, _style(), timezone())
    return Response(
        _Stream(stream_with_context(lines)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


class _Stream:
    """A file on its way; the thread is free when it has left, or the reader has."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.open = lines, True

    def __iter__(self) -> "_Stream":
        return self

    def __next__(self) -> str:
        try:
            return next(self.lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others download."""
        if self.open:
            self.open = False
            _threads.release()
            if isinstance(self.lines, Generator):
                self.lines.close()


def _style() -> Style:
    """The separators that the address asks for, or those of the account's country."""
    theirs = csv_files.style_of(my_account().region)
    asked = request.args.get("form")
    if asked == Form.COMMAS:
        return COMMAS
    if asked == Form.SEMICOLONS and theirs == COMMAS:
        return SEMICOLONS
    return theirs


def _workbook(table: Table, name: str) -> Response:
    folder = instance_file(FOLDER, "any").parent
    with ExitStack() as opened:
        file = opened.enter_context(tempfile.TemporaryFile("w+b", dir=folder))
        with xlsx_files.Writer(file, table, timezone(), folder) as writer:
            rows = 0
            for block in table.blocks:
                rows += len(block)
                if rows > MOST_AT_ONCE:
                    raise TooLong
                writer.write(block)
        file.seek(0)
        answer = send_file(file, WORKBOOK, as_attachment=True, download_name=name, etag=False)
        opened.pop_all()  # the answer closes it
        return answer
