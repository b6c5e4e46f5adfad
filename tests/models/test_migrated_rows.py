"""What the migrations make of rows: the day of a consent, guests, the window of a gateway."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import (
    JSON,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from promosms.db import migrations
from promosms.extensions import db
from promosms.services.recipients.search import find
from tests.models.test_migrations import no_tables

# What the forms stored: midnight of the day, there, in UTC.
STORED = (
    ("Europe/Warsaw", datetime(2026, 4, 30, 22, tzinfo=UTC), date(2026, 5, 1)),
    ("Europe/Warsaw", datetime(2026, 1, 14, 23, tzinfo=UTC), date(2026, 1, 15)),
    ("Europe/Warsaw", datetime(2026, 3, 28, 23, tzinfo=UTC), date(2026, 3, 29)),
    ("Europe/Warsaw", datetime(2025, 10, 25, 22, tzinfo=UTC), date(2025, 10, 26)),
    ("America/New_York", datetime(2026, 5, 1, 4, tzinfo=UTC), date(2026, 5, 1)),
    ("Pacific/Kiritimati", datetime(2026, 4, 30, 10, tzinfo=UTC), date(2026, 5, 1)),
    ("Pacific/Pago_Pago", datetime(2026, 5, 1, 11, tzinfo=UTC), date(2026, 5, 1)),
    ("Mars/Olympus", datetime(2026, 5, 1, tzinfo=UTC), date(2026, 5, 1)),
    ("UTC", None, None),
)
# Kind, settings and window of gateways before; then the window that is open on the line.
GATEWAYS: tuple[tuple[str, dict[str, str], int, int], ...] = (
    ("smpp", {"host": "a", "window": "100"}, 400, 100),
    ("smpp", {"host": "b", "window": " 5 "}, 20, 5),
    ("smpp", {"host": "c"}, 20, 10),
    ("smpp", {"host": "d", "window": ""}, 20, 10),
    ("http", {"url": "e"}, 20, 20),
)


def test_the_day_is_the_one_that_was_typed_and_the_way_back_is_there(app: Flask) -> None:
    migrations.init_app(app)
    with app.app_context(), no_tables():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            for number, (zone, moment, _day) in enumerate(STORED, 1):
                _store(connection, number, zone, moment)
            for number, (kind, settings, window, _window) in enumerate(GATEWAYS, 1):
                row = {"id": number, "name": f"G{number}", "kind": kind, "window": window}
                _insert(connection, "gateways", {**row, "settings": settings})
        upgrade(revision="0002")
        days = [day for _zone, _moment, day in STORED]
        assert _read("recipients", "consent_on", Date()) == days
        assert _read("imports", "consent_on", Date()) == days
        upgrade(revision="0003")  # guests who are there stay guests; one who was removed does not
        confirmed = _read("guests", "confirmed_at", DateTime(timezone=True))
        assert [moment is not None for moment in confirmed] == [False] + [True] * (len(days) - 1)
        assert _read("gateways", "window", Integer()) == [window for *_others, window in GATEWAYS]
        assert not any("window" in settings for settings in _read("gateways", "settings", JSON()))
        downgrade(revision="0002")
        assert [settings.get("window") for settings in _read("gateways", "settings", JSON())] == [
            str(window) if kind == "smpp" else None for kind, *_others, window in GATEWAYS
        ]
        downgrade(revision="0001")
        moments = _read("recipients", "consent_at", DateTime(timezone=True))
        assert [_aware(moment) for moment in moments] == [moment for _z, moment, _d in STORED]


def _store(connection: Connection, number: int, zone: str, moment: datetime | None) -> None:
    """An account with a recipient, an import and a guest; what else is needed is empty."""
    own = {"id": number, "public_id": f"row{number}", "consent_at": moment}
    _insert(connection, "accounts", {**own, "timezone": zone})
    phone = {"account_id": number, "phone": f"+4860123456{number}"}
    for name in ("recipients", "imports", "guests"):
        removed = {"removed_at": datetime(2026, 6, 2, tzinfo=UTC)} if number == 1 else {}
        _insert(connection, name, {**own, **phone, **removed})


def _insert(connection: Connection, name: str, values: dict[str, Any]) -> None:
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    empty = {
        column.name: [] if isinstance(column.type, JSON) else _nothing(column.type.python_type)
        for column in table.columns
        if not column.nullable and column.server_default is None
    }
    known = {key: value for key, value in values.items() if key in table.c}
    connection.execute(insert(table).values({**empty, **known}))


def _nothing(kind: type) -> Any:
    return datetime(2026, 6, 1, tzinfo=UTC) if kind is datetime else kind()


def _read(name: str, column: str, kind: TypeEngine[Any]) -> list[Any]:
    with db.engine.connect() as connection:
        table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
        table.c[column].type = kind
        return list(connection.scalars(select(table.c[column]).order_by(table.c.id)))


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def test_texts_of_the_search_lose_their_accents_and_get_them_back(app: Flask) -> None:
    migrations.init_app(app)
    with app.app_context(), no_tables():
        upgrade(revision="0009")
        before = ["łucja müller köln 48601234561", "zoë 48601234562"]
        people = [{"first_name": "Łucja", "last_name": "Müller", "city": "Köln"}]
        people.append({"first_name": "Zoë"})
        with db.engine.begin() as connection:
            for number, (values, search) in enumerate(zip(people, before, strict=True), 1):
                own = {"id": number, "public_id": f"row{number}", "account_id": 1}
                if number == 1:
                    _insert(connection, "accounts", own)
                own |= {"phone": f"+4860123456{number}", "search": search}
                _insert(connection, "recipients", {**own, **values})
        upgrade(revision="0010")
        after = ["  lucja  muller  koln  48601234561", "  zoe  48601234562"]
        assert _read("recipients", "search", Text()) == after
        assert find(1, ["kol", "lucja"], 5).ids == [1]
        assert find(1, ["zoe"], 5).ids == [2]
        db.session.remove()
        downgrade(revision="0009")
        assert _read("recipients", "search", Text()) == before
