"""Text as `lib/folding.py` folds it, within the databases: SQLite calls it, PostgreSQL has its own.

PostgreSQL takes letters apart, drops their marks, and replaces what is left. That is `fold` for
every letter that people type (tests/services/recipients/test_folded.py).
"""

import unicodedata
from functools import cache

from sqlalchemy import String, case, cast, collate, func
from sqlalchemy.sql.elements import ColumnElement, SQLCoreOperations

from promosms.db.transactions import on_sqlite
from promosms.lib.folding import fold

IOTA = "\u0345"
"""A mark that becomes a letter: as small letters, αι."""
WHOLE = "\u00b4\u2033", "'\""
"""Signs that would be taken apart into others, and what they become."""
LAST = 0x52F
"""The end of the Latin, Greek and Cyrillic letters that people type."""


def folded(column: SQLCoreOperations[str]) -> ColumnElement[str]:
    """The folded text of a column."""
    if on_sqlite():
        return func.folded(column, type_=String)
    small, large, pieces, marks = _replacements()
    apart = func.pg_catalog.normalize(func.translate(column, *WHOLE), "NFKD")
    text = func.translate(func.regexp_replace(apart, marks, "", "g"), large, small)
    for piece, letters in pieces:
        text = func.replace(text, piece, letters)
    plain = func.octet_length(column) == func.char_length(column)
    lower = func.lower(collate(cast(column, String), "C"))
    return case((plain, lower), else_=func.lower(collate(text, "C")))


@cache
def _replacements() -> tuple[str, str, tuple[tuple[str, str], ...], str]:
    """Letters with one letter for each, those that become several, and a pattern of the marks."""
    folds = {"`": fold("é`")[1]}
    for code in (*range(0x80, LAST + 1), *range(0x1E00, 0x2200)):
        for piece in unicodedata.normalize("NFKD", chr(code)):
            if ord(piece) > 127 and (not unicodedata.combining(piece) or piece == IOTA):
                folds[piece] = fold(piece)
    changed = {piece: text for piece, text in folds.items() if piece != text}
    ones = [piece for piece in changed if len(changed[piece]) == 1]
    several = tuple((piece, text) for piece, text in changed.items() if len(text) != 1)
    return "".join(changed[one] for one in ones), "".join(ones), several, _marks()


def _marks() -> str:
    marks = [
        code
        for code in range(0x300, 0x110000)
        if unicodedata.combining(chr(code)) and chr(code) != IOTA
    ]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "]+"
