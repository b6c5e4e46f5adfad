"""Workbooks of Excel and LibreOffice: read in a process of its own, stored as rows by sheet."""

import csv
import io
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from typing import BinaryIO

from promosms.lib import workbook_reader
from promosms.lib.workbook_reader import Record
from promosms.services.imports import files as import_files
from promosms.services.imports.files import BadFile, FileProblem, Row, StoredFile
from promosms.settings import settings

_STARTS = (b"PK", b"\xd0\xcf\x11\xe0")
"""Of zip archives (XLSX, ODS), and of OLE (XLS; and XLSX with a password)."""
_MEMORY = 512 * 1024 * 1024
"""Bytes of address space: a million rows with four columns take 300 MB."""
_CPU_SECONDS = 60
_WALL_SECONDS = 90
_SLOW = (signal.SIGXCPU, signal.SIGALRM)
_LACKS_MEMORY = (signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV)
_at_once = threading.BoundedSemaphore(2)
"""So many workbooks are read at the same time by a process: each may take its memory."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with cells: its rows as a stored file, or why they are none."""

    name: str
    stored: StoredFile | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets that have cells, and how many hidden ones were not read."""

    sheets: tuple[Sheet, ...]
    hidden_sheets: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process that reads a workbook may take."""

    memory: int = _MEMORY
    cpu_seconds: int = _CPU_SECONDS
    wall_seconds: float = _WALL_SECONDS


class BrokenOff(Exception):
    """The workbook ends here: a problem, or "" when its reader has died."""


def is_workbook(upload: BinaryIO) -> bool:
    """Does the file begin as workbooks do?"""
    start = upload.read(4)
    upload.seek(0)
    return start.startswith(_STARTS)


def store(upload: BinaryIO, limits: Limits | None = None) -> Workbook:
    """Store each sheet of an uploaded workbook; raises BadFile, and then nothing is stored."""
    with _at_once, _reader(upload, limits or Limits()) as process:
        assert process.stdout is not None
        text = io.TextIOWrapper(process.stdout, "utf-8", newline="")
        try:
            return store_records(csv.reader(text))
        except BrokenOff as end:
            problem = FileProblem(str(end)) if str(end) else _why_it_died(process.wait())
            raise BadFile(problem) from end


def store_records(records: Iterator[Record]) -> Workbook:
    """Store the sheets of a workbook from what `workbook_reader` yields."""
    sheets: list[Sheet] = []
    values = {"kind": "", "concealed": "0"}
    try:
        for name, *rest in records:
            if name == "done":
                return Workbook(_filled(sheets), int(values["concealed"]))
            if name == "problem":
                raise BrokenOff(rest[0])
            if name in values:
                values[name] = rest[0]
            else:
                sheets.append(_store_sheet(rest[0], values["kind"], records))
        raise BrokenOff
    except BaseException:
        forget(sheets)
        raise


def forget(sheets: Iterable[Sheet]) -> None:
    """Delete the stored rows of these sheets."""
    for sheet in sheets:
        if sheet.stored:
            import_files.forget(sheet.stored.name)


def _filled(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """Without sheets that hold nothing but spaces."""
    filled = tuple(sheet for sheet in sheets if sheet.problem != FileProblem.EMPTY)
    if not filled:
        raise BrokenOff(FileProblem.NO_CELLS.value)
    return filled


def _store_sheet(name: str, kind: str, records: Iterator[Record]) -> Sheet:
    hidden: list[int] = []
    rows = _rows(records, hidden)
    try:
        stored = import_files.store_sheet(rows, kind)
        return Sheet(name, replace(stored, hidden_rows=hidden[0]))
    except BadFile as error:
        for _ in rows:
            pass
        return Sheet(name, None, error.problem.value)


def _rows(records: Iterator[Record], hidden: list[int]) -> Iterator[Row]:
    """The rows of a sheet up to its end, where its number of hidden rows stands."""
    for first, *cells in records:
        if first == "end":
            hidden.append(int(cells[0]))
            return
        if first == "problem":
            raise BrokenOff(cells[0])
        yield int(first), cells
    raise BrokenOff


@contextmanager
def _reader(upload: BinaryIO, limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """The process that reads the workbook; at the end there is neither it nor its copy."""
    with tempfile.TemporaryFile() as copy:  # it has no name: nothing is left if we are killed
        shutil.copyfileobj(upload, copy)
        copy.seek(0)
        process = subprocess.Popen(
            _command(limits), stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _command(limits: Limits) -> list[str]:
    """Isolated and without the packages that start by themselves: it starts in 50 ms."""
    numbers = (limits.memory, limits.cpu_seconds, limits.wall_seconds, settings.import_rows + 2)
    libraries = str(distribution("python-calamine").locate_file(""))
    reader = workbook_reader.__file__
    return [sys.executable, "-I", "-S", reader, libraries, *map(str, numbers)]


def _why_it_died(status: int) -> FileProblem:
    if -status in _SLOW:
        return FileProblem.TOO_SLOW
    return FileProblem.TOO_LARGE if -status in _LACKS_MEMORY else FileProblem.DAMAGED
