"""The separators of CSV files, as spreadsheets in a country expect them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from promosms.lib import csv_files
from promosms.lib.csv_files import COMMAS, SEMICOLONS, Style
from promosms.lib.tables import Column, Kind, Table


@pytest.mark.parametrize(
    ("regions", "style"),
    [
        (
            "PL DE AT FR ES IT CZ SK NL BE PT HU RO BG GR SE DK FI NO EE LV LT HR SI UA",
            SEMICOLONS,
        ),
        ("GB IE US CA AU NZ IN MX JP CN IL TH MT XX", COMMAS),
        ("CH LI", Style(";", ".")),
    ],
)
def test_semicolons_where_decimals_follow_a_comma(regions: str, style: Style) -> None:
    assert {region: csv_files.style_of(region) for region in regions.split()} == dict.fromkeys(
        regions.split(), style
    )


def test_a_table_has_them_and_is_safe() -> None:
    kinds = [Kind.TEXT, Kind.NUMBER, Kind.NUMBER, Kind.DAY, Kind.MOMENT]
    moment = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)
    rows = [
        ("=1;\"a'", Decimal("-2.50"), 0, date(2026, 5, 17), moment),
        ("", "", None, None, None),
    ]
    table = Table("A", [Column(kind, kind) for kind in kinds], [rows, rows[1:]])
    text = "".join(csv_files.blocks(table, SEMICOLONS, ZoneInfo("Europe/Warsaw")))
    assert text.split("\r\n") == [
        "\ufefftext;number;number;day;moment",
        '"\'=1;""a\'";-2,50;0;2026-05-17;2026-07-02T00:30:05+02:00',
        *[";;;;", ";;;;", ""],
    ]
