"""The rows of a batch go when it is stored, although nobody searches for cycles meanwhile."""

import gc

from promosms.lib.garbage import uncollected
from promosms.services.imports import rows
from promosms.services.imports.rows import Batch, Entry

ROWS = [
    (1, ["601 200 300", "Anna"]),
    (2, ["22 555 12 34", "Ben"]),
    (3, ["", "Cleo"]),
    (4, ["no number", "Dan"]),
    (5, ["+48 601", "Eve"]),
    (6, ["4.479E+11", "Flo"]),
    (7, ["601 200 300", "Gil"]),
    (8, ["601 200 301", "H" * 1000]),
]


def alive() -> int:
    return sum(isinstance(one, Batch | Entry) for one in gc.get_objects())


def test_nothing_keeps_a_batch() -> None:
    gc.collect()
    with uncollected():
        batch = rows.read(ROWS, ["phone", "first_name"], "PL")
        assert (len(batch.entries), len(batch.refused), batch.duplicates) == (1, 6, 1)
        assert alive() == 2
        del batch
        assert alive() == 0
