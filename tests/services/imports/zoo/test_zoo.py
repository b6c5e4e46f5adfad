"""What becomes of each file of the zoo, row by row."""

import io

import pytest

from promosms.services.imports import files as import_files
from promosms.services.imports import workbooks
from tests.services.imports.zoo import binary, books, damage, encodings, exports
from tests.services.imports.zoo.exhibits import Exhibit, outcome

pytestmark = pytest.mark.usefixtures("context")
PARTS = (encodings, exports, damage, books, binary)
EXHIBITS = [one for part in PARTS for one in part.exhibits()]


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_each_row_has_its_outcome(exhibit: Exhibit) -> None:
    assert outcome(exhibit.content, exhibit.region) == exhibit.outcome


def test_the_zoo_is_large_and_has_no_two_alike() -> None:
    assert len(EXHIBITS) >= 200
    for what in (lambda one: one.name, lambda one: (one.content, one.region)):
        assert len({what(one) for one in EXHIBITS}) == len(EXHIBITS)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_the_process_that_reads_says_the_same(kind: str) -> None:
    content = next(one.content for one in EXHIBITS if one.name == f"klienci.{kind}")
    people, notes = workbooks.store(io.BytesIO(content)).sheets
    assert [people.name, notes.name] == ["Klienci", "Notatki"]
    assert people.stored is not None
    assert people.stored.hidden_rows == (2 if kind != "xls" else 0)
    rows = list(import_files.read(people.stored.name))
    assert rows[2:4] == [
        (4, ["601234567", "Łucja", "Łódź", "2024-03-01", "yes"]),
        (5, ["602 345 678", "Żaneta", "Gdańsk", "2024-03-02 14:30", "no", "nie pisać"]),
    ]
