"""The sheets of a workbook: kept until somebody has chosen one, the likeliest first."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.imports import workbooks
from promosms.services.imports.files import BadFile, FileProblem, Row, StoredFile
from promosms.services.imports.workbooks import Sheet, Workbook
from promosms.settings import instance_file

_WORDS = 6
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A sheet that can be chosen, and some of its first words.

    `numbers` estimates its rows with a number that can be texted.
    """

    name: str
    kind: str = ""
    rows: int = 0
    hidden_rows: int = 0
    words: Sequence[str] = ()
    numbers: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The sheets to choose from, the place of the likeliest, and how many hidden ones there are."""

    offers: Sequence[Offer] = ()
    likeliest: int = 0
    hidden_sheets: int = 0


def store(upload: BinaryIO, region: str, labels: Mapping[str, str]) -> StoredFile:
    """Store the only sheet of a workbook, or the likeliest of several; raises BadFile.

    Of several all are kept until somebody has chosen one, see `choice`.
    """
    return keep(workbooks.store(upload), region, labels)


def keep(workbook: Workbook, region: str, labels: Mapping[str, str]) -> StoredFile:
    """The likeliest of the stored sheets of a workbook; the others are kept if there are any."""
    sheets = workbook.sheets
    if len(sheets) == 1:
        return _stored(sheets[0])
    try:
        offers = [_offer(sheet, region, labels) for sheet in sheets]
        likeliest = max(range(len(offers)), key=lambda place: offers[place].numbers)
        best = _stored(sheets[likeliest])
        kept = replace(best, name=import_files.link(import_files.path(best.name)))
        _keep(kept.name, sheets, Choice(offers, likeliest, workbook.hidden_sheets))
        return kept
    finally:
        workbooks.forget(sheets)


def choice(name: str) -> Choice:
    """The sheets of which one has to be chosen; none for other files, and after the choice."""
    try:
        content = json.loads(_list_of(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Choice()
    return Choice(**{**content, "offers": [Offer(**offer) for offer in content["offers"]]})


def take(name: str, place: int) -> StoredFile:
    """Store one of the sheets of a choice under a new name; raises BadFile."""
    offer = choice(name).offers[place]
    if offer.problem:
        raise BadFile(FileProblem(offer.problem))
    taken = import_files.link(_rows_of(name, place))
    return StoredFile(taken, offer.kind, ",", offer.rows, offer.hidden_rows)


def _stored(sheet: Sheet) -> StoredFile:
    if sheet.stored is None:
        raise BadFile(FileProblem(sheet.problem))
    return sheet.stored


def _keep(name: str, sheets: Sequence[Sheet], choice: Choice) -> None:
    try:
        for place, sheet in enumerate(sheets):
            if sheet.stored:
                os.link(import_files.path(sheet.stored.name), _rows_of(name, place))
        _list_of(name).touch(mode=0o600)
        _list_of(name).write_text(json.dumps(asdict(choice)), encoding="utf-8")
    except BaseException:
        import_files.forget(name)
        raise


def _offer(sheet: Sheet, region: str, labels: Mapping[str, str]) -> Offer:
    if sheet.stored is None:
        return Offer(sheet.name, problem=sheet.problem)
    stored = sheet.stored
    sample = list(islice(import_files.read(stored.name), import_columns.SAMPLE))
    words = [cell[:_LONGEST] for _, cells in sample for cell in cells if cell][:_WORDS]
    numbers = _numbers(sample, region, labels) * stored.rows // len(sample)
    return Offer(sheet.name, stored.encoding, stored.rows, stored.hidden_rows, words, numbers)


def _numbers(sample: Sequence[Row], region: str, labels: Mapping[str, str]) -> int:
    mapping, _ = import_columns.guess(sample, region, labels)
    return len(import_rows.read(sample, mapping, region).entries) if "phone" in mapping else 0


def _list_of(name: str) -> Path:
    return instance_file("undecided_uploads", f"{name}.sheets")


def _rows_of(name: str, place: int) -> Path:
    return instance_file("undecided_uploads", f"{name}.{place}")
