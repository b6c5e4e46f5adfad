"""How long rows stay that are deleted by age: an hour before the limit they stay, then they go."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AccountExport,
    Backoff,
    BadRow,
    CookieChoice,
    Email,
    EmailStatus,
    Erasure,
    Gateway,
    GatewayInboxRow,
    Guest,
    Import,
    ImportStatus,
    InboundMessage,
    InboxKind,
    KnownBrowser,
    Model,
    TextAttempt,
    TextBlock,
    TextRefusal,
    now,
)
from promosms.services.mail import outbox
from tests.support.aging import night
from tests.support.cast import Cast

HOUR = timedelta(hours=1)
Make = Callable[[Cast, datetime], Model]


def email(cast: Cast, at: datetime) -> Email:
    return Email(
        account_id=cast.owner.account_id,
        recipient="anna@example.com",
        subject="Welcome",
        body="Welcome",
        status=EmailStatus.SENT,
        created_at=at,
    )


def email_of_nobody(cast: Cast, at: datetime) -> Email:
    row = email(cast, at)
    row.account_id = None
    return row


def bad_row(cast: Cast, at: datetime) -> BadRow:
    import_ = Import(
        account_id=cast.owner.account_id,
        stored_as="x",
        status=ImportStatus.FINISHED,
        created_at=at,
        finished_at=at,
    )
    db.session.add(import_)
    db.session.flush()
    return BadRow(
        account_id=cast.owner.account_id, import_id=import_.id, row=1, problem="x", content="x"
    )


def inbox_row(_cast: Cast, at: datetime) -> GatewayInboxRow:
    return GatewayInboxRow(
        gateway_id=db.session.scalars(select(Gateway.id)).first(),
        kind=InboxKind.RECEIPT,
        reference="r",
        received_at=at,
        next_attempt_at=now() + timedelta(days=900),
    )


def attempt(_cast: Cast, at: datetime) -> TextAttempt:
    return TextAttempt(
        kind="text",
        number_hash="n",
        prefix_hash="p",
        network_hash="n",
        dial_code=48,
        created_at=at,
    )


# Days, and a row whose time runs from the given moment.
RULES: list[tuple[float, Make]] = [
    (30, email),
    (2, email_of_nobody),
    (30, bad_row),
    (7, inbox_row),
    (30, lambda cast, at: InboundMessage(
        account_id=cast.owner.account_id, phone="+48601211100", text="Open?", received_at=at
    )),
    (1, lambda cast, at: Guest(
        account_id=cast.owner.account_id, phone="+48601211100", removed_at=at
    )),
    (90, lambda cast, at: KnownBrowser(user_id=cast.owner.user_id, mark="m", seen_at=at)),
    (30, lambda _cast, at: Backoff(key="k", last_at=at, free_at=at)),
    (366, lambda _cast, at: CookieChoice(version="1", language="en", created_at=at)),
    (7, lambda _cast, at: Erasure(account="a", link_hash="l", asked_at=at, finished_at=at)),
    (1, attempt),
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
        outbox.forget_old()
        db.session.remove()
        assert (db.session.get(model, key) is not None) == stays


@pytest.mark.parametrize(("hours", "stays"), [(23, True), (25, False)])
def test_the_count_of_refusals_stays_for_a_day(app: Flask, hours: int, stays: bool) -> None:
    with app.app_context():
        with transaction() as session:
            hour = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
            session.add(TextRefusal(hour=hour, layer="form", number=1))
        night()
        query = select(func.count()).select_from(TextRefusal)
        assert db.session.scalar(query) == int(stays)


@pytest.mark.parametrize(("hours", "stays"), [(47, True), (49, False)])
def test_a_finished_export_stays_for_two_days(
    app: Flask, cast: Cast, hours: int, stays: bool
) -> None:
    """Its end is set when it is finished: see test_export.py."""
    with app.app_context():
        with transaction() as session:
            finished = now() - timedelta(hours=hours)
            session.add(
                AccountExport(
                    account_id=cast.owner.account_id,
                    stored_as="x",
                    status="ready",
                    finished_at=finished,
                    expires_at=finished + timedelta(hours=48),
                )
            )
        night()
        query = select(func.count()).select_from(AccountExport)
        assert db.session.scalar(query) == int(stays)
