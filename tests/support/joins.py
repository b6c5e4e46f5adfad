"""Joins: the legal records of an account compared with everything else that is stored.

Each value that belongs to them alone is compared with each value of all other rows and lines, each
time with each other time.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Model
from promosms.settings import settings_of

LEGAL = ("invoices", "invoice_documents", "payments")
NEAR = timedelta(hours=1)
MIDNIGHTS = {time(), time(22), time(23)}
"""Midnight in UTC, and in Warsaw: a day, and not a moment."""
BELOW = 1000
"""Smaller numbers are counters and codes: equal ones are met everywhere."""

# What may be equal, and why it leads to nobody.
ALLOWED = {
    ("invoices.net", "ledger_totals.amount"): "a sum of all accounts that have left in a month",
}


@dataclass
class Row:
    """A stored row or line: where it stands, and its values by column."""

    place: str
    values: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def texts(self) -> str:
        """All of it as text, as a bank writes it: small letters, and no spaces."""
        words = (str(value) for found in self.values.values() for value in found)
        return "".join(" ".join(words).lower().split())


def flat(value: Any) -> Iterator[Any]:
    """The values in a value: of JSON all leaves, of a text its words as well."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from flat(part)
    elif isinstance(value, str):
        yield from (value.lower(), *re.findall(r"[\w:/.-]{5,}", value.lower()))
        if re.match(r"\d{4}-\d\d-\d\d", value):
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                return
            yield moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    elif value is not None and not isinstance(value, bool | bytes):
        yield value


def row_of(place: str, values: dict[str, Any]) -> Row:
    return Row(place, {name: list(flat(value)) for name, value in values.items()})


def everything(app: Flask) -> list[Row]:
    """What is stored: all tables, the files of the installation, Redis."""
    db.session.rollback()
    found = [
        row_of(table.name, dict(row))
        for table in Model.metadata.sorted_tables
        for row in db.session.execute(select(table)).mappings()
    ]
    instance = Path(app.instance_path)
    for file in sorted(instance.rglob("*")):
        if file.is_file() and file.suffix in (".log", "") and "sqlite" not in file.name:
            for line in file.read_text(errors="replace").splitlines():
                values = json.loads(line) if line.startswith("{") else {"line": line}
                found.append(row_of(file.name, values))
    server = redis.Redis.from_url(settings_of(app).redis_url)
    for key in server.scan_iter():
        text = f"{key!r} {server.dump(key)!r}"
        found.append(row_of("redis", {"key": text}))
    return found


@dataclass
class Business:
    """The account that leaves: what names it, and the ids of what the law keeps of it.

    `pseudonym` is its name in logs.
    """

    names: dict[str, str]
    pseudonym: str
    legal: dict[str, set[int]]
    link: str = ""

    def owns(self, row: Row) -> bool:
        """Is it one of its legal records?"""
        key = "invoice_id" if row.place == "invoice_documents" else "id"
        ids = self.legal.get("invoices" if key == "invoice_id" else row.place, set())
        return row.place in LEGAL and row.values[key][0] in ids


def split(app: Flask, business: Business) -> tuple[list[Row], list[Row]]:
    """The legal records of the account, and everything that is no legal record."""
    rows = everything(app)
    return [row for row in rows if business.owns(row)], [
        row for row in rows if row.place not in LEGAL
    ]


def equal(app: Flask, business: Business) -> set[tuple[str, str, str]]:
    """Columns with a value that only these legal records have, and something else as well.

    Of days only those that a record has that names the account: a day alone leads to nobody.
    """
    rows = everything(app)
    legal = [row for row in rows if business.owns(row)]
    common = {
        value
        for row in rows
        if row.place in LEGAL and not business.owns(row)
        for found in row.values.values()
        for value in found
    }
    others: dict[Any, set[str]] = {}
    for row in rows:
        if row.place not in LEGAL:
            for name, found in row.values.items():
                for value in found if names_it(row, business) else without_days(found):
                    others.setdefault(day_or(value), set()).add(f"{row.place}.{name}")
    return {
        (f"{row.place}.{name}", other, str(value))
        for row in legal
        for name, found in row.values.items()
        for value in map(day_or, found)
        if (value not in common or isinstance(value, date)) and not is_small(value)
        for other in others.get(value, ())
        if (f"{row.place}.{name}", other) not in ALLOWED
    }


def names_it(row: Row, business: Business) -> bool:
    return any(name.lower() in row.texts for name in business.names.values())


def without_days(values: list[Any]) -> list[Any]:
    return [value for value in values if not isinstance(day_or(value), date)]


def day_or(value: Any) -> Any:
    """The day of a time, and of a text that begins with one; everything else as it is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value[:10])
    return value


def is_small(value: object) -> bool:
    """A counter or a code: everybody has the same."""
    if isinstance(value, int):
        return abs(value) < BELOW
    return isinstance(value, str) and (len(value) < 3 or bool(re.fullmatch(r"\d{1,3}", value)))


def moments(row: Row) -> Iterator[tuple[str, datetime]]:
    """The times of a row that are not only a day."""
    for name, found in row.values.items():
        for value in found:
            if isinstance(value, datetime) and value.timetz().replace(tzinfo=None) not in MIDNIGHTS:
                yield f"{row.place}.{name}", value


def near(app: Flask, business: Business) -> set[tuple[str, str]]:
    """Columns whose times are within an hour of each other."""
    legal, others = split(app, business)
    theirs = [found for row in others for found in moments(row)]
    return {
        (name, other)
        for row in legal
        for name, moment in moments(row)
        for other, at in theirs
        if abs(at - moment) < NEAR
    }


def named(app: Flask, business: Business) -> set[tuple[str, str]]:
    """Where a name of the account still stands."""
    return {
        (row.place, what)
        for row in everything(app)
        for what, name in business.names.items()
        if name.lower() in row.texts
    }
