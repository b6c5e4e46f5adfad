"""Numbers of invoices, credit notes and pro formas: 1, 2, 3, … in each series and year."""

from promosms.db import upsert
from promosms.db.transactions import transaction, writing
from promosms.models import InvoiceSeries

LONGEST = 12


class OutsideTransaction(Exception):
    """Outside a transaction a number could be taken and never be used."""


def next_number(series: str, year: int) -> int:
    """The next number, taken in the transaction that stores the document.

    The row of the series stays locked until that transaction ends. Others wait for it, so call
    this as late as possible. After a rollback or a kill the number is given again, so there are
    no gaps. Raises OutsideTransaction.
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
    """The series of the settings; specimens have their own, so real numbers begin at 1."""
    return f"TEST-{chosen}"[:LONGEST] if specimen else chosen


def label(series: str, year: int, number: int) -> str:
    """A number as it is printed: "INV/2026/000123"."""
    return f"{series}/{year}/{number:06}"
