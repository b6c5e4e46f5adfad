"""A campaign to work with."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Consent,
    DirectText,
    GatewayCount,
    GatewayCountChange,
    Hold,
    LedgerEntry,
    Message,
    Recipient,
)
from promosms.services.campaigns import audience, launch
from promosms.services.installation import defaults
from tests.services.sending.ways import astray
from tests.support.cast import Cast

MakeCampaign = Callable[..., int]


@pytest.fixture(autouse=True)
def nothing_is_astray(app: Flask) -> Iterator[None]:
    """After every test here, whatever it is about."""
    yield
    with app.app_context():
        messages = astray()
        db.session.remove()
    assert messages == []


@pytest.fixture
def make_campaign(app: Flask, cast: Cast) -> MakeCampaign:
    """Create a draft to everyone with these numbers; `launched` starts it too."""

    def make(phones: list[str], text: str = "Hello {first_name|you}", launched: bool = True) -> int:
        with app.app_context():
            with transaction() as session:
                session.add_all(
                    Recipient(
                        account_id=cast.owner.account_id,
                        phone=phone,
                        country="PL",
                        first_name="Ola",
                        consent=Consent.GIVEN,
                    )
                    for phone in phones
                )
                campaign = Campaign(
                    account_id=cast.owner.account_id,
                    route_id=defaults.default_route().id,
                    text=text,
                    everyone=True,
                )
                session.add(campaign)
            if launched:
                launch.launch(campaign, audience.estimate(campaign).total)
            campaign_id = campaign.id
            db.session.remove()
        return campaign_id

    return make


def statuses(campaign_id: int) -> dict[str, int]:
    """How many messages of a campaign have which status, counted."""
    query = (
        select(Message.status, func.count())
        .where(Message.campaign_id == campaign_id)
        .group_by(Message.status)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def check_books(account_id: int) -> None:
    """The balance is the sum of the ledger; the counters agree with the rows.

    As they are at one moment: late receipts may still be applied.
    """
    db.session.remove()
    if not on_sqlite():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    account = db.session.get_one(Account, account_id)
    sums = db.session.execute(
        select(func.sum(LedgerEntry.amount), func.sum(LedgerEntry.held)).where(
            LedgerEntry.account_id == account_id
        )
    ).one()
    assert (account.balance, account.held) == (int(sums[0]), int(sums[1]))
    remaining = db.session.scalar(
        select(func.sum(Hold.remaining)).where(Hold.account_id == account_id)
    )
    direct = db.session.scalar(
        select(func.sum(DirectText.remaining)).where(DirectText.account_id == account_id)
    )
    assert account.held == int(remaining or 0) + int(direct or 0)
    for campaign in db.session.scalars(select(Campaign).where(Campaign.account_id == account_id)):
        counted = statuses(campaign.id)
        kept = {
            name.removeprefix("n_"): value
            for name, value in vars(campaign).items()
            if name.startswith("n_") and name != "n_parts" and value
        }
        assert kept == counted
        _check_charges(campaign)
    check_gateway_counts()


def check_gateway_counts() -> None:
    """The counts of gateways are those of all messages, by the quarter of an hour."""
    rows = db.session.execute(
        select(Message.gateway_id, Message.status, Message.sent_at, Message.final_at)
    ).all()
    found: Counter[tuple[int | None, int, str]] = Counter()
    for gateway_id, status, sent_at, final_at in rows:
        failed = status in ("failed", "undelivered", "expired")
        for name, at in (
            ("sent", sent_at),
            ("delivered", final_at if status == "delivered" else None),
            ("failed", final_at if failed else None),
        ):
            if at is not None:
                found[gateway_id, int(at.timestamp()) // 900, name] += 1
    kept: Counter[tuple[int | None, int, str]] = Counter()
    for row in (
        *db.session.scalars(select(GatewayCount)),
        *db.session.scalars(select(GatewayCountChange)),
    ):
        quarter = int(row.quarter.timestamp()) // 900
        kept[row.gateway_id, quarter, "sent"] += row.sent
        kept[row.gateway_id, quarter, "delivered"] += row.delivered
        kept[row.gateway_id, quarter, "failed"] += row.failed
    assert +kept == found


def _check_charges(campaign: Campaign) -> None:
    charged = db.session.scalar(
        select(func.sum(-LedgerEntry.held)).where(
            LedgerEntry.campaign_id == campaign.id, LedgerEntry.kind == "charge"
        )
    )
    accepted = db.session.scalar(
        select(func.sum(Message.price)).where(
            Message.campaign_id == campaign.id,
            Message.status.in_(("sent", "delivered", "undelivered", "expired")),
        )
    )
    assert int(charged or 0) == int(accepted or 0)
