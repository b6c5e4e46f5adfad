"""A file of the zoo, and what becomes of it."""

import io
from dataclasses import dataclass

from promosms.lib import workbook_reader
from promosms.services.imports import files as import_files
from promosms.services.imports import imports, sheets, workbooks
from promosms.services.imports import rows as import_rows
from promosms.services.imports.consent_columns import Standing
from promosms.services.imports.files import BadFile, Row, StoredFile

_MARKS = {Standing.UNSAID: "", Standing.NO_CONSENT: "no consent", Standing.OUT: "OUT"}


@dataclass(frozen=True)
class Exhibit:
    """A file, and its outcome: a line for each row, or what is wrong with all of it.

    A line is the number of the row, then the number as it would be texted, the first name, and
    `OUT` or `no consent` where the row says so; or the reason why the row is refused. A first line
    `?` says that the encoding or the sheet is asked for; then the likeliest is shown.
    """

    name: str
    content: bytes
    outcome: str
    region: str = "PL"


def outcome(content: bytes, region: str) -> str:
    """What becomes of a file, as `Exhibit` says it."""
    try:
        stored = _stored(content, region)
        asked = import_files.is_doubtful(stored.name)
        stored, values = imports._columns(stored, region, {})
    except BadFile as error:
        return f"! {error.problem.value}"
    rows = import_files.read(stored.name, bool(values["has_header"]))
    mapping = values["mapping"]
    assert isinstance(mapping, list)
    lines = [_line(row, mapping, region) for row in rows]
    import_files.forget(stored.name)
    return "\n".join(["?"] * asked + lines)


def _stored(content: bytes, region: str) -> StoredFile:
    """As an upload is stored; a workbook without a process of its own, which takes 50 ms."""
    file = io.BytesIO(content)
    if not workbooks.is_workbook(file):
        return import_files.store(file, region)
    records = workbook_reader.records(file, 1_000)
    try:
        return sheets.keep(workbooks.store_records(records), region, {})
    except workbooks.BrokenOff as end:
        raise BadFile(import_files.FileProblem(str(end))) from end


def _line(row: Row, mapping: list[str], region: str) -> str:
    batch = import_rows.read([row], mapping, region)
    if batch.refused:
        return f"{row[0]} {batch.refused[0].problem}" + (" OUT" if batch.opted_out else "")
    (entry,) = batch.entries.values()
    name = entry.values.get("first_name", "").replace("\n", "/")
    words = (str(row[0]), entry.phone.e164, name)
    return " ".join(filter(None, (*words, _MARKS[entry.standing])))
