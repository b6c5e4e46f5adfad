"""The files in the export of an account: a page of rows at a time, as CSV and as JSON.

Both are written from the same rows. A ZIP takes one file at a time, so the JSON waits in an unnamed
file beside it; memory holds a page of rows, however many there are.
"""

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select, tuple_

from promosms.extensions import db
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.lib import csv_files, formulas
from promosms.models import Invoice
from promosms.services.invoices import files as invoice_files
from promosms.services.privacy.export_tables import Part, left_out, references
from promosms.services.privacy.export_tables import parts as all_parts
from promosms.settings import currencies, settings

PAGE = 2_000
FILE_ROWS = 50_000
"""So many rows make a file; what follows is in the next one. It is also a slice of the work."""
README = {"en": "README.txt", "pl": "CZYTAJ.txt"}
Key = list[int | str]


def parents(part: Part, account_id: int, after: int) -> Iterator[int]:
    """The ids of the rows by way of which the rows of a large table are found."""
    table = part.parent
    assert table is not None
    query = select(table.c.id).where(table.c.account_id == account_id, table.c.id > after)
    while ids := list(db.session.scalars(query.order_by(table.c.id).limit(PAGE))):
        yield from ids
        query = query.where(table.c.id > ids[-1])


def add(
    archive: zipfile.ZipFile, part: Part, number: int, pages: Iterator[Sequence[Sequence[Any]]]
) -> int:
    """Write a file of a part as CSV and as JSON; returns how many rows it has."""
    names = [column.name for column in part.columns]
    name = part.file if number == 1 else f"{part.file}-{number}"
    folder = Path(str(archive.filename)).parent
    rows = 0
    with tempfile.TemporaryFile("w+b", dir=folder) as waiting:
        with archive.open(f"{name}.csv", "w") as member:
            member.write((csv_files.BOM + _line(names)).encode())
            for page in pages:
                ready = [
                    [_plain(part, n, v) for n, v in zip(names, row, strict=True)] for row in page
                ]
                member.write("".join(_line(_cells(part, names, row)) for row in ready).encode())
                waiting.write(
                    b"".join(
                        (b",\n" if rows + i else b"[\n")
                        + json.dumps(
                            dict(zip(names, row, strict=True)), ensure_ascii=False
                        ).encode()
                        for i, row in enumerate(ready)
                    )
                )
                rows += len(ready)
        waiting.write(b"\n]\n" if rows else b"[]\n")
        waiting.seek(0)
        with archive.open(f"{name}.json", "w") as member:
            shutil.copyfileobj(waiting, member, 1 << 20)
    return rows


def page(part: Part, account_id: int, parent: int, after: Key) -> tuple[list[Any], Key]:
    """The next rows after a key, and the key of the last of them."""
    keys = list(part.table.primary_key.columns)
    query = _query(part, account_id, keys)
    if way := part.export.parent:
        query = query.where(part.table.c[way] == parent)
        keys = [key for key in keys if key.name != way]
    if after and len(keys) == 1:
        query = query.where(keys[0] > after[0])
    elif after:
        query = query.where(tuple_(*keys) > tuple_(*after))
    rows = db.session.execute(query.order_by(*keys).limit(PAGE)).all()
    db.session.commit()  # no snapshot stays open while the file is written
    width = len(part.columns)
    last = [getattr(rows[-1], f"key_{key.name}") for key in keys] if rows else []
    return [row[:width] for row in rows], last


def add_invoice(archive: zipfile.ZipFile, account_id: int, after: int) -> int | None:
    """Write the files of the next invoice; its id, None if there is no further one."""
    query = select(Invoice).where(Invoice.account_id == account_id, Invoice.id > after)
    invoice = db.session.scalar(query.order_by(Invoice.id).limit(1))
    if invoice is None:
        return None
    for kind in invoice_files.kinds(invoice):
        content = invoice_files.file(invoice, kind)
        archive.writestr(f"invoices/{invoice_files.name(invoice, kind)}", content)
    number = invoice.id
    db.session.commit()
    return number


def add_readme(archive: zipfile.ZipFile) -> None:
    """Explain every file and every column, in every language that there is a name for."""
    for language, name in README.items():
        with force_locale(language):
            archive.writestr(name, "\r\n".join(_readme()).encode("utf-8-sig"))


def _readme() -> Iterator[str]:
    yield _("Everything that this installation holds of your account.")
    yield ""
    yield _(
        "Each table is there twice with the same rows: as CSV (UTF-8, commas), which any "
        "spreadsheet opens, and as JSON for programs. A large table goes on in files with a number."
    )
    yield _(
        "In CSV an apostrophe stands before a cell that a spreadsheet would take for a formula, "
        "also before the plus sign of a mobile number: so it is not lost. JSON has no apostrophe."
    )
    yield _("Times are UTC (ISO 8601). Amounts are decimal numbers of the currency.")
    for part in all_parts():
        yield ""
        yield f"{part.file}.csv, {part.file}.json"
        yield f"  {_(part.export.about)}"
        for name, words in part.words.items():
            yield f"  {name}: {_(words)}"
    yield ""
    yield _("Not in this file:")
    for why in left_out().values():
        yield f"  {_(why)}"
    yield ""


def _query(part: Part, account_id: int, keys: Sequence[Any]) -> Select[Any]:
    shown: list[Any] = []
    source: Any = part.table
    for column in part.columns:
        target, value = references().get(column.name), part.export.values.get(column.name)
        if target is None:
            shown.append(value(account_id) if value else column)
            continue
        other = target.table.alias(f"of_{column.name}")
        source = source.outerjoin(other, other.c.id == column)
        shown.append(other.c[target.name])
    labelled = [key.label(f"key_{key.name}") for key in keys]
    return select(*shown, *labelled).select_from(source).where(part.belongs(account_id))


def _plain(part: Part, name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if name in part.money and value is not None:
        return currencies.amount_text(value, settings.currency)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _cells(part: Part, names: Sequence[str], row: Sequence[Any]) -> list[Any]:
    return [_cell(part, name, value) for name, value in zip(names, row, strict=True)]


def _cell(part: Part, name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    return value if name in part.money else formulas.escaped(value)


def _line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
