"""Reading pasted numbers."""

import pytest

from promosms.services.imports import pasting


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("601234567", [["601234567", "", ""]]),
        ("601 234 567, Anna Kowalska\n", [["601 234 567", "Anna", "Kowalska"]]),
        ("601234567\tAnna\tMaria Nowak", [["601234567", "Anna", "Maria Nowak"]]),
        ("601234567, 602345678;603456789", [[n, "", ""] for n in
         ("601234567", "602345678", "603456789")]),
        ("601234567,Anna,602345678,Ewa", [["601234567", "Anna", ""], ["602345678", "Ewa", ""]]),
        ("Anna\n\n;;\n601234567", [["Anna", "", ""], ["601234567", "", ""]]),
        ("\0 \n", []),
    ],
)  # fmt: skip
def test_it_reads_pasted_numbers(text: str, rows: list[list[str]]) -> None:
    assert list(pasting.rows(text)) == rows
