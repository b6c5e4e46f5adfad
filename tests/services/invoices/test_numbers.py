"""Numbers of documents: one after the other, whatever fails in between."""

import threading

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import InvoiceSeries
from promosms.services.invoices import numbers as invoice_numbers
from promosms.services.invoices.numbers import OutsideTransaction, label, next_number


@pytest.fixture(autouse=True)
def _context(context: None) -> None:
    """Numbers are given in the context of the application."""


def taken(series: str, year: int) -> int:
    with transaction():
        return next_number(series, year)


def test_they_count_from_one_in_each_series_and_year() -> None:
    assert [taken("INV", 2026) for _ in range(3)] == [1, 2, 3]
    assert (taken("CN", 2026), taken("INV", 2027), taken("INV", 2026)) == (1, 1, 4)


def test_an_unused_number_is_given_again() -> None:
    assert taken("INV", 2026) == 1
    with pytest.raises(RuntimeError):
        taken_and_lost("INV", 2026)
    assert taken("INV", 2026) == 2


def test_an_unused_first_number_is_given_again() -> None:
    with pytest.raises(RuntimeError):
        taken_and_lost("INV", 2026)
    assert db.session.get(InvoiceSeries, ("INV", 2026)) is None
    assert taken("INV", 2026) == 1


def test_no_number_is_given_outside_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        next_number("INV", 2026)


def test_concurrent_numbers_differ_even_the_first_of_a_year(app: Flask) -> None:
    db.session.remove()
    numbers: list[int] = []
    start = threading.Barrier(4)

    def take() -> None:
        with app.app_context():
            start.wait()
            for _ in range(5):
                numbers.append(taken("INV", 2027))
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 21))


def test_they_are_written_with_series_and_year() -> None:
    assert label("INV", 2026, 123) == "INV/2026/000123"
    assert label("INV", 2026, 1_234_567) == "INV/2026/1234567"
    assert invoice_numbers.label("CN", 2027, 1) == "CN/2027/000001"


def taken_and_lost(series: str, year: int) -> None:
    """A transaction that takes a number and fails."""
    with transaction():
        next_number(series, year)
        raise RuntimeError
