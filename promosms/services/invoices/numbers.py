"""Numbers of invoices, credit notes and pro formas: 1, 2, 3, … in each series and year."""

from promosms.db import upsert
from promosms.db.transactions import transaction, writing
from promosms.models import InvoiceSeries

LONGEST = 12


class OutsideTransaction(Exception):
    """A number would be given for something that may never be stored."""


def next_number(series: str, year: int) -> int:
    """The next number, taken in the transaction that stores what bears it.

    The row of the series stays locked until that transaction ends: the next one waits for it, and
    after a rollback or a kill the number is given again. So there is no gap, and this is to be
    asked for as late as possible. Raises OutsideTransaction where none is running.
    """
    if not writing():
        raise OutsideTransaction(series)
    statement = (
        upsert.insert(InvoiceSeries)
        .values(series=series, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["series", "year"], set_={"last": InvoiceSeries.last + 1}
        )
        .returning(InvoiceSeries.last)
    )
    with transaction() as session:
        return session.execute(statement).scalar_one()


def series(chosen: str, *, specimen: bool) -> str:
    """The series of the settings; specimens have their own, so that a real one begins at 1."""
    return f"TEST-{chosen}"[:LONGEST] if specimen else chosen


def label(series: str, year: int, number: int) -> str:
    """How a number is written: "INV/2026/000123"."""
    return f"{series}/{year}/{number:06}"
