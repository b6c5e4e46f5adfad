"""What a report knows of a campaign: how soon its texts arrived, who wrote back, what it cost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    InboundMessage,
    LedgerEntry,
    Message,
    MessageCount,
    Suppression,
    now,
)
from promosms.services.campaigns import arrivals, responses
from promosms.services.campaigns.responses import Responses
from promosms.services.installation import defaults
from promosms.services.ledger import campaign_costs
from tests.support.cast import Cast

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
START = now() - 10 * DAY
PHONES = [f"+48601299{n:03}" for n in range(100, 108)]
# When a text was sent and when it had arrived, after the start; None: it did not.
ARRIVED = [MINUTE, MINUTE + SECOND, 5 * MINUTE, HOUR, DAY, DAY + SECOND, None, None]


@pytest.fixture
def account(app: Flask, cast: Cast) -> Iterator[int]:
    """The owner's account, within an application context."""
    with app.app_context():
        yield cast.owner.account_id
        db.session.remove()


def campaign(account: int, start: datetime, **values: object) -> Campaign:
    """A campaign to all numbers that has ended."""
    with transaction() as session:
        row = Campaign(
            account_id=account,
            route_id=defaults.default_route().id,
            launched_at=start,
            **{"status": "finished", "n_delivered": 6, "n_undelivered": 2, **values},
        )
        session.add(row)
        session.flush()
        session.add_all(
            Message(
                account_id=account,
                campaign_id=row.id,
                phone=phone,
                status="delivered" if after else "undelivered",
                created_at=start,
                sent_at=start + SECOND,
                final_at=start + after if after else None,
            )
            for phone, after in zip(PHONES, ARRIVED, strict=True)
        )
    return row


def shares(row: Campaign) -> list[float]:
    return [arrived.share for arrived in arrivals.of(row)]


def test_it_tells_how_many_had_arrived_by_known_moments(account: int) -> None:
    row = campaign(account, START)
    assert [arrived.after for arrived in arrivals.of(row)] == [MINUTE, 5 * MINUTE, HOUR, DAY]
    assert shares(row) == [1 / 8, 3 / 8, 4 / 8, 5 / 8]
    row.n_delivered, row.n_undelivered = 0, 8
    assert shares(row) == []
    row.n_delivered, row.n_undelivered = arrivals.MOST_READ, 0
    assert len(shares(row)) == 4
    row.n_delivered += 1
    assert shares(row) == []
    db.session.rollback()
    with transaction() as session:
        values = {"account_id": account, "status": "delivered", "reason": "", "country": "PL"}
        session.add(
            MessageCount(campaign_id=row.id, parts=1, price=0, messages=1, charged=0, **values)
        )
    assert shares(row) == []


@pytest.mark.parametrize(
    ("age", "known"),
    [(MINUTE - SECOND, 0), (MINUTE + SECOND, 1), (HOUR - SECOND, 2), (HOUR + SECOND, 3)],
)
def test_of_a_running_campaign_it_tells_what_is_over(
    account: int, age: timedelta, known: int
) -> None:
    row = campaign(account, now() - age, status="sending", n_queued=2, n_undelivered=0)
    assert len(shares(row)) == known


def reply(phone: str, moment: datetime, kind: str = "reply") -> InboundMessage:
    return InboundMessage(phone=phone, text="Hello", kind=kind, received_at=moment)


def opt_out(phone: str, moment: datetime, source: str = "keyword") -> Suppression:
    return Suppression(phone=phone, source=source, created_at=moment)


SENT = START + SECOND
NEXT = START + 2 * DAY
# A row, and to which of the two campaigns it belongs: 0, 1 or neither.
RESPONSES = [
    *((reply(PHONES[0], SENT), 0), (reply(PHONES[0], SENT + HOUR), None)),  # the same person
    *((reply(PHONES[1], SENT - SECOND), None), (reply(PHONES[2], NEXT), 0)),
    *((reply(PHONES[2], NEXT + SECOND), 1), (reply(PHONES[3], NEXT + 7 * DAY), None)),
    *((reply(PHONES[4], NEXT + 7 * DAY - SECOND), 1), (reply("+48601000000", SENT), None)),
    *((reply(PHONES[5], SENT, "stop"), None), (reply(PHONES[6], SENT, "hold"), 0)),
    *((opt_out(PHONES[0], SENT), 0), (opt_out(PHONES[1], NEXT + HOUR, "link"), 1)),
    *((opt_out(PHONES[2], SENT, "held"), None), (opt_out(PHONES[3], SENT, "hand"), None)),
    *((opt_out(PHONES[4], SENT, "words"), 0), (opt_out(PHONES[5], SENT - SECOND), None)),
]


def test_replies_and_opt_outs_belong_to_the_last_text_before_them(account: int, cast: Cast) -> None:
    both = campaign(account, START), campaign(account, NEXT)
    with transaction() as session:
        for row, _ in RESPONSES:
            session.add(type(row)(account_id=account, **_values(row)))
        session.add(InboundMessage(account_id=cast.stranger.account_id, **_values(RESPONSES[0][0])))
    expected = [
        Responses(
            sum(of == n and isinstance(row, InboundMessage) for row, of in RESPONSES),
            sum(of == n and isinstance(row, Suppression) for row, of in RESPONSES),
        )
        for n in (0, 1)
    ]
    assert [responses.of(row) for row in both] == expected == [Responses(3, 2), Responses(2, 1)]
    for n, row in enumerate(both):
        for kind, phones in (
            (InboundMessage, responses.replied(row)),
            (Suppression, responses.opted_out(row)),
        ):
            theirs = {each.phone for each, of in RESPONSES if of == n and isinstance(each, kind)}
            assert set(db.session.scalars(phones)) == theirs


def _values(row: InboundMessage | Suppression) -> dict[str, object]:
    return {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if getattr(row, column.key) is not None
    }


def test_it_tells_what_was_spent(account: int) -> None:
    row = campaign(account, START)
    assert campaign_costs.spent(row.id) == 0
    with transaction() as session:
        for n, (kind, amount, held) in enumerate(
            [("hold", -900, 900), ("charge", 0, -300), ("charge", 0, -100), ("release", 500, -500)]
        ):
            session.add(
                LedgerEntry(
                    account_id=account,
                    campaign_id=row.id,
                    kind=kind,
                    amount=amount,
                    held=held,
                    reference=f"test:{n}",
                )
            )
    assert campaign_costs.spent(row.id) == 400
