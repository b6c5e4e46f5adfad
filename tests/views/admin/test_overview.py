"""The first page of admins."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine, event, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    Gateway,
    GatewayCount,
    Message,
    MessageStatus,
    Payment,
    TopUp,
    now,
)
from promosms.services.installation import defaults
from promosms.services.sending.gateway_counts import quarter_of
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    found: list[str] = []

    def note(*arguments: object) -> None:
        found.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def busy(cast: Cast) -> None:
    """Texts of two days, a campaign that waits, an order and money of today."""
    account_id = cast.owner.account_id
    with transaction() as session:
        gateway_id = session.scalars(select(Gateway.id)).one()
        for hours, sent, delivered, failed in ((0, 7, 5, 1), (73, 4000, 3900, 100)):
            session.add(
                GatewayCount(
                    quarter=quarter_of(now() - timedelta(hours=hours)),
                    gateway_id=gateway_id,
                    sent=sent,
                    delivered=delivered,
                    failed=failed,
                )
            )
        session.add(
            Campaign(
                account_id=account_id,
                route_id=defaults.default_route().id,
                name="Sale",
                status="sending",
                launched_at=now() - timedelta(hours=2),
                n_queued=3,
                n_delivered=1234,
            )
        )
        session.add(TopUp(account_id=account_id, **ORDER))
        for kind, amount in (("receipt", 1_230_000), ("refund", -30_000)):
            session.add(
                Payment(
                    account_id=account_id,
                    kind=kind,
                    provider="transfer",
                    reference=kind,
                    currency="EUR",
                    amount=amount,
                    paid_at=now(),
                )
            )


ORDER = {
    "number": "PF/1",
    "method": "transfer",
    "currency": "EUR",
    "net": 1,
    "tax": 0,
    "gross": 1,
    "rate": 0,
    "tax_case": "domestic",
    "buyer": {},
    "reference": "X1",
    "expires_at": now(),
}


def test_it_says_what_waits_and_what_was_sent(app: Flask, cast: Cast, admin: PageClient) -> None:
    quiet = words(admin.get_page("/admin").get_text(" "))
    assert "Nothing needs you" in quiet
    assert "No text waits." in quiet
    with app.app_context():
        busy(cast)
    page = admin.get_page("/admin")
    said = words(page.get_text(" "))
    assert "1 order waits for its transfer" in said
    assert page.h1.get_text() == "One thing needs you"
    assert "Today 7 left. 5 arrived, 1 did not." in said
    assert "In the last 7 days 4,007 left. 3,905 arrived, 101 did not." in said
    assert "The oldest text has waited since" in said
    (busiest,) = page.select("[aria-labelledby=busiest] .row:has(a)")
    assert words(busiest.get_text(" ")) == "o•••@example.com 1,234"
    assert "This week €120.00" in said
    assert page.select_one("nav [aria-current=page]").get_text(strip=True) == "Overview"


def test_it_costs_the_same_however_many_messages_there_are(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context():
        busy(cast)
    admin.get_page("/admin")
    few = asked(app, admin)
    with app.app_context(), transaction() as session:
        gateway_id = session.scalars(select(Gateway.id)).one()
        campaign_id = session.scalars(select(Campaign.id)).first()
        for n in range(50):
            message = Message(account_id=cast.owner.account_id, phone=f"+486012000{n:02}")
            message.campaign_id, message.gateway_id = campaign_id, gateway_id
            message.status, message.sent_at = MessageStatus.SENT, now()
            session.add(message)
    many = asked(app, admin)
    assert many == few
    read = [statement for statement in many if "FROM messages" in statement]
    assert len(read) == 1
    assert "attention_status" in read[0]


def asked(app: Flask, admin: PageClient) -> list[str]:
    """The statements of the page."""
    with app.app_context():
        engine = db.engine
    with statements(engine) as found:
        admin.get_page("/admin")
    return found
