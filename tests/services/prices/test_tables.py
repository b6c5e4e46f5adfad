"""Tables of prices: an export can be imported again, and a bad table changes nothing."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import csv_files
from promosms.models import AuditEntry, Price, now
from promosms.services.installation import defaults
from promosms.services.installation.defaults import PRICES
from promosms.services.prices import entries as price_entries
from promosms.services.prices import prices
from promosms.services.prices import tables as price_tables
from promosms.services.prices.cells import NewPrice, PriceProblem
from promosms.services.prices.tables import BadTable, PreviewOutdated, TableProblem
from tests.support.settings import override

ADMIN = "an admin"
LATER = (now() + timedelta(days=60)).replace(hour=8, minute=30, second=0, microsecond=0)
HEAD = "country,prefix,top_up_from,valid_from,price,currency"


BAD = [
    ("XX,,,,0.05,EUR", PriceProblem.COUNTRY),
    (",,,,0.05,EUR", PriceProblem.COUNTRY),
    ("Poland,,,,0.05,EUR", PriceProblem.COUNTRY),
    ("PL,4973,,,0.05,EUR", PriceProblem.PREFIX_ELSEWHERE),
    ("PL,4.8731E+11,,,0.05,EUR", PriceProblem.PREFIX),
    ("PL,,,,0,EUR", PriceProblem.NOT_FREE),
    ('PL,,,,"0,00",EUR', PriceProblem.NOT_FREE),
    ("PL,,,,-0.05,EUR", PriceProblem.PRICE),
    ("PL,,,,,EUR", PriceProblem.PRICE),
    ("PL,,,,€0.05,EUR", PriceProblem.PRICE),
    ("PL,,,,=0.05,EUR", PriceProblem.PRICE),
    ("PL,,,,100.01,EUR", PriceProblem.TOO_DEAR),
    ("PL,,,,999999999999,EUR", PriceProblem.TOO_DEAR),
    ("PL,,,,0.00005,EUR", PriceProblem.DIGITS),
    ("PL,,-1,,0.05,EUR", PriceProblem.TIER),
    ("PL,,10001,,0.05,EUR", PriceProblem.OUT_OF_REACH),
    ("PL,,,yesterday,0.05,EUR", PriceProblem.MOMENT),
    ("PL,,,2027-02-30,0.05,EUR", PriceProblem.MOMENT),
    ("PL,,,2199-01-01,0.05,EUR", PriceProblem.MOMENT),
    ("PL,,,2020-01-01,0.05,EUR", PriceProblem.PAST),
    ("PL,,,,0.05,PLN", PriceProblem.CURRENCY),
    ("PL,,,,0,05", PriceProblem.CELLS),
    ("PL,,,,0,05,EUR", PriceProblem.CELLS),
    ("IT,,,now,0.05,EUR", PriceProblem.TWICE),
]
UNREADABLE = [
    (b"", TableProblem.EMPTY, ""),
    (b"\xef\xbb\xbf \r\n", TableProblem.EMPTY, ""),
    (b"PL,0.05\n", TableProblem.UNKNOWN, "PL"),
    (b"country,amount\nPL,0.05\n", TableProblem.UNKNOWN, "amount"),
    (b"country,currency\nPL,EUR\n", TableProblem.MISSING, "price"),
    (b"country,price,price\nPL,1,2\n", TableProblem.REPEATED, "price"),
    (b'country,price\nPL,"' + b"0" * 140_000, TableProblem.QUOTES, ""),
    (b"country,price\n" + b"PL,0.05\n" * 125_000, TableProblem.TOO_LARGE, ""),
    (b"country\nPL" + b"\n\n" * 12_000 + b"DE", TableProblem.MISSING, "price"),
    (b"country,price" + b"\nPL,1" * 20_001, TableProblem.TOO_LARGE, ""),
]
WRITTEN = [
    "country,price\nPL,0.05\n",
    "country;price\r\nPL;0,05\r\n",
    'country,price\nPL,"0,05"\n',
    "\ufeffcountry;price;currency\npl;0,05;eur\n",
    "sep=;\nCountry;Price\n\n PL ; 0,050 \n",
    "country\tprice\nPL\t0.0500\n",
    "price;country;Top-up from;valid from\n0,05;PL;0;now\n",
    "country;price;prefix\nPL;0,05;+48\n",
    "country,price,\nPL,0.05,\n",
    "country;price\nPL;'0,05\n".replace("'", ""),
]
DAYS = [
    ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
    ("01.01.2027", datetime(2027, 1, 1, tzinfo=UTC)),
    ("1.1.2027 08:30", datetime(2027, 1, 1, 8, 30, tzinfo=UTC)),
    ("2027-01-01T00:00", datetime(2027, 1, 1, tzinfo=UTC)),
    ("2027-01-01  00:00:05", datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)),
]


@pytest.fixture
def route_id(context: None) -> int:
    return defaults.default_route().id


def take(route_id: int, text: str) -> int:
    return price_tables.apply(route_id, text, price_tables.plan(route_id, text).digest, ADMIN)


def present(route_id: int) -> dict[tuple[str, str], int]:
    return prices.price_list(route_id).amounts


def exported(route_id: int) -> str:
    return "".join(csv_files.csv_text(price_tables.export_rows(route_id)))


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Price)) or 0


def fill(route_id: int) -> None:
    """One of everything that a table can say."""
    for typed in (
        NewPrice("PL", "", 0, None, 325),
        NewPrice("PL", "48731", 0, None, 400),
        NewPrice("PL", "", 1_000_000, LATER, 290),
        NewPrice("PL", "", 0, LATER, None),
        NewPrice("DE", "", 0, LATER + timedelta(seconds=7), 810),
        NewPrice("GB", "", 0, None, 0),
        NewPrice("FR", "", 0, None, None),
        NewPrice("JP", "", 0, None, 1_000_000),
    ):
        assert price_entries.put(route_id, typed, ADMIN)


def test_importing_an_export_changes_nothing(route_id: int) -> None:
    fill(route_id)
    text = exported(route_id)
    plan = price_tables.plan(route_id, text)
    assert (plan.changes, plan.errors) == ([], [])
    assert plan.same == len(text.splitlines()) - 1
    before = count()
    assert take(route_id, text) == 0
    assert (count(), exported(route_id)) == (before, text)


def test_importing_an_export_copies_a_route(route_id: int) -> None:
    fill(route_id)
    text = exported(route_id)
    with transaction() as session:
        session.query(Price).delete()
    assert take(route_id, text) == len(text.splitlines()) - 1
    assert exported(route_id) == text


def test_the_file_states_the_currency_and_is_safe_to_open(route_id: int) -> None:
    fill(route_id)
    rows = list(csv.DictReader(exported(route_id).removeprefix("\ufeff").splitlines()))
    assert {row["currency"] for row in rows} == {"EUR"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]
    (with_prefix,) = [row for row in rows if row["prefix"]]
    assert (with_prefix["country"], with_prefix["prefix"], with_prefix["price"]) == (
        "PL",
        "48731",
        "0.04",
    )
    planned = [row for row in rows if row["valid_from"]]
    assert [(row["top_up_from"], row["price"]) for row in planned if row["country"] == "PL"] == [
        ("", "none"),
        ("100", "0.029"),
    ]
    assert "FR" not in {row["country"] for row in rows}
    assert [row["price"] for row in rows if row["country"] in ("GB", "JP")] == ["free", "100"]


def test_prices_in_another_currency_are_reported_until_they_are_set(
    app: Flask, route_id: int
) -> None:
    assert price_entries.foreign() == []
    override(app, currency="PLN")
    (found,) = price_entries.foreign()
    assert (found.route.id, found.currency, found.number) == (route_id, "EUR", len(PRICES))
    text = exported(route_id)
    assert text.count(",EUR") == len(PRICES)  # an import of it says that they must be converted
    assert len(price_tables.plan(route_id, text).errors) == len(PRICES)
    with pytest.raises(PreviewOutdated):
        take(route_id, text)
    for country, amount in {"PL": 300, "DE": 0}.items():  # also with the same figure, or free
        assert price_entries.put(route_id, NewPrice(country, "", 0, None, amount), ADMIN)
    assert not price_entries.put(route_id, NewPrice("PL", "", 0, None, 300), ADMIN)
    assert price_entries.put(route_id, NewPrice("FR", "", 0, None, None), ADMIN)
    assert [each.number for each in price_entries.foreign()] == [len(PRICES) - 3]
    assert take(route_id, text.replace(",EUR", ",PLN")) == len(PRICES) - 1
    assert price_entries.foreign() == []
    override(app, currency="EUR")
    assert [each.currency for each in price_entries.foreign()] == ["PLN"]


def test_it_reads_what_spreadsheets_write(route_id: int) -> None:
    for text in WRITTEN:
        plan = price_tables.plan(route_id, price_tables.decode(text.encode()))
        assert plan.errors == [], text
        (only,) = [change.price for _row, change in plan.changes]
        assert only == NewPrice("PL", "", 0, None, 500)


def test_it_reads_every_encoding(context: None) -> None:
    text = "country;price\nPL;0,05\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1250"):
        assert price_tables.decode(text.encode(encoding)) == text


def test_nothing_is_imported_if_one_row_is_bad(route_id: int) -> None:
    before = present(route_id)
    for row, problem in BAD:
        text = f"{HEAD}\nIT,,,,0.07,EUR\n\n{row}\n"
        plan = price_tables.plan(route_id, text)
        assert [(number, error.problem) for number, error in plan.errors] == [(4, problem)], row
        with pytest.raises(PreviewOutdated):
            price_tables.apply(route_id, text, plan.digest, ADMIN)
    assert present(route_id) == before
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_repeated_row_names_the_first_one(route_id: int) -> None:
    plan = price_tables.plan(route_id, "country,price\nPL,0.05\nDE,0.09\npl,0.05\n")
    ((row, error),) = plan.errors
    assert (row, error.problem, error.value) == (4, PriceProblem.TWICE, "2")


def test_unreadable_tables_are_refused(route_id: int) -> None:
    for raw, problem, column in UNREADABLE:
        with pytest.raises(BadTable) as refused:
            price_tables.plan(route_id, price_tables.decode(raw))
        assert (refused.value.problem, refused.value.column) == (problem, column)


def test_prices_changed_after_the_preview_are_not_overwritten(route_id: int) -> None:
    text = "country,price\nPL,0.05\nDE,0.09\n"
    digest = price_tables.plan(route_id, text).digest
    price_entries.put(route_id, NewPrice("PL", "", 0, None, 350), ADMIN)
    with pytest.raises(PreviewOutdated):
        price_tables.apply(route_id, text, digest, ADMIN)
    assert present(route_id)["PL", ""] == 350
    assert present(route_id)["DE", ""] == 800


def test_a_planned_price_that_is_past_after_the_preview_is_refused(route_id: int) -> None:
    text = f"country,price,valid_from\nPL,0.05,{now():%Y-%m-%d}\n"
    yesterday = now() - timedelta(days=1)
    plan = price_tables.plan(route_id, text, yesterday)
    assert (len(plan.changes), plan.errors) == (1, [])
    with pytest.raises(PreviewOutdated):
        price_tables.apply(route_id, text, plan.digest, ADMIN)


def test_it_is_audited_once(route_id: int) -> None:
    assert take(route_id, "country,price\nPL,0.05\nDE,0.09\nFR,none\n") == 3
    (act,) = db.session.scalars(select(AuditEntry)).all()
    assert (act.action, act.subject, act.detail) == ("route.prices", "standard", "3 from a table")
    assert act.actor == ADMIN


def test_days_are_read_as_people_write_them(route_id: int) -> None:
    before = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for cell, day in DAYS:
        plan = price_tables.plan(route_id, f"country,price,valid_from\nPL,0.05,{cell}\n", before)
        assert [change.price.valid_from for _row, change in plan.changes] == [day]
