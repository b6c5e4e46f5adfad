"""Cells that a spreadsheet would take for a formula: an apostrophe in front makes them text."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")


def escaped(cell: str) -> str:
    """The cell as it may stand in a file that a spreadsheet opens."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    """The cell as it was before; the opposite of `escaped`."""
    return cell[1:] if _ESCAPED.match(cell) else cell
