"""Escaping of cells that a spreadsheet would run as a formula: an apostrophe makes them text.

Mobile numbers are escaped, too: a spreadsheet would take +48601234567 for 48601234567 and save it
without its plus sign. The apostrophe survives that, and an import removes it.
"""

import re
from collections.abc import Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_BEGINS = frozenset("=+-@\t\r＝＋－＠")
FIRST = _BEGINS | {"'"}
"""Of a cell that has to be looked at; most have another first character."""
_ESCAPED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_TEXT = re.compile(r'="((?:[^"]|"")*)"')


def escaped(cell: str) -> str:
    """The cell, safe for a spreadsheet."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def all_escaped(cells: Sequence[str]) -> list[str]:
    """The cells of a column, safe for a spreadsheet."""
    return [
        f"'{cell}"
        if (first := cell[:1]) in _BEGINS or first == "'" and _FORMULA.match(cell)
        else cell
        for cell in cells
    ]


def unescaped(cell: str) -> str:
    """The original cell; the inverse of `escaped`.

    Of `="007"`, with which people keep zeros in a spreadsheet, the text.
    """
    if cell.startswith("'"):
        return cell[1:] if _ESCAPED.match(cell) else cell
    text = _TEXT.fullmatch(cell) if cell.startswith('="') else None
    return text[1].replace('""', '"') if text else cell
