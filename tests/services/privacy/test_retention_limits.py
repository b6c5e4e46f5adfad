"""Rows that the night deletes by age: an hour before the limit they stay, an hour after they go."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Gateway,
    GatewayInboxRow,
    InboundMessage,
    InboxKind,
    Model,
    TextBlock,
    now,
)
from tests.support.aging import night
from tests.support.cast import Cast

HOUR = timedelta(hours=1)
Make = Callable[[Cast, datetime], Model]


def inbox_row(_cast: Cast, at: datetime) -> GatewayInboxRow:
    return GatewayInboxRow(
        gateway_id=db.session.scalars(select(Gateway.id)).first(),
        kind=InboxKind.RECEIPT,
        reference="r",
        received_at=at,
        next_attempt_at=now() + timedelta(days=900),
    )


# Days, and a row whose time runs from the given moment.
RULES: list[tuple[float, Make]] = [
    (7, inbox_row),
    (30, lambda cast, at: InboundMessage(
        account_id=cast.owner.account_id, phone="+48601211100", text="Open?", received_at=at
    )),
    (0, lambda _cast, at: TextBlock(prefix="4860121", created_at=at, until=at)),
]  # fmt: skip


@pytest.mark.parametrize(("days", "make"), RULES)
@pytest.mark.parametrize(("after", "stays"), [(-HOUR, True), (HOUR, False)])
def test_a_row_stays_until_its_limit(
    app: Flask, cast: Cast, days: float, make: Make, after: timedelta, stays: bool
) -> None:
    with app.app_context():
        with transaction() as session:
            row = make(cast, now() - timedelta(days=days) - after)
            session.add(row)
            session.flush()
            model, key = type(row), db.inspect(row).identity
        night()
        db.session.remove()
        assert (db.session.get(model, key) is not None) == stays
