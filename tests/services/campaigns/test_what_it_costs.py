"""What a campaign costs: the review, the hold, the charges and what comes back are one sum.

Audiences, texts, kinds, senders and outcomes are made up from a seed. What a text counts and costs
is worked out here once more, from the text that left.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignKind,
    Consent,
    Hold,
    LedgerEntry,
    Message,
    MessageStatus,
    Recipient,
    SenderKind,
    SuppressionSource,
)
from promosms.services.campaigns import audience, drafts, launch, live_estimate, preparation
from promosms.services.campaigns.drafts import Draft
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.links import opt_outs as links_to_opt_out
from promosms.services.sending import opt_outs, recording
from tests.services.sending.conftest import check_books
from tests.sms.test_gsm7 import BASIC, EXTENSION
from tests.support import engine
from tests.support.cast import Cast

PRICES = {"PL": 300, "GB": 450, "DE": 800, "CZ": 550}
FIRST = {"PL": "+4860", "GB": "+44740", "DE": "+491512", "CZ": "+42060"}
"""With seven digits more each is a number of a phone."""
NAMES = ("", "Ola", "Łucja", "Zoë", "Ann [VIP]", "🌷 Rose")
PIECES = (
    *("Fresh bread", " {first_name|there}", " świeży chleb", " 🌷", " €5 off [today]", " {city|}"),
    *(" kawa.pl/menu", " https://shop.example/a/long/path/to/the/offer?of=december"),
    *(" and then some more words about nothing at all", "\nSee you"),
)
OWN_WAY_OUT = " Text STOP to end."
Seed = pytest.mark.parametrize("seed", range(4))


def parts(text: str) -> int:
    """So many texts it counts as: by the alphabets of the standard, sign after sign."""
    plain = all(sign in BASIC + EXTENSION for sign in text)
    alone, joined = (160, 153) if plain else (70, 67)
    sizes = [
        (2 if sign in EXTENSION else 1) if plain else len(sign.encode("utf-16-be")) // 2
        for sign in text
    ]
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count


def people(chance: Random, account_id: int) -> None:
    """Recipients of four countries, some without consent; what becomes of a text is in the end."""
    with transaction() as session:
        for number in range(1, 29):
            country = chance.choice(list(PRICES))
            end = chance.choice([1, 2, 3, 5, 6, 7, *range(100, 120)])
            session.add(
                Recipient(
                    account_id=account_id,
                    phone=f"{FIRST[country]}{number:02}{end:05}",
                    country=country,
                    first_name=chance.choice(NAMES),
                    city=chance.choice(("", "Łódź", "York")),
                    consent=chance.choice((Consent.GIVEN, Consent.GIVEN, Consent.NONE)),
                )
            )


def made_up(chance: Random) -> Draft:
    """A draft with a text of some pieces."""
    text = "".join(chance.sample(PIECES, chance.randint(1, len(PIECES)))).replace(
        "{city}", "{city|}"
    )
    kind = chance.choice(list(CampaignKind))
    line = chance.random() < 0.6
    if kind == CampaignKind.PROMOTIONAL and not line:
        text += OWN_WAY_OUT
    return Draft(
        text=text,
        kind=kind,
        opt_out_line=line,
        language=chance.choice(("en", "pl")),
        plain_details=chance.random() < 0.5,
        short_links=chance.random() < 0.5,
        everyone=True,
    )


@pytest.fixture
def account(app: Flask, cast: Cast) -> Iterator[Account]:
    with app.app_context():
        ledger.credit(cast.owner.account_id, 10_000_000, "topup:1")
        yield db.session.get_one(Account, cast.owner.account_id)
        db.session.remove()


@Seed
def test_review_hold_charges_and_releases_are_one_sum(
    app: Flask, account: Account, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "WAITS", (timedelta(milliseconds=10),) * len(recording.WAITS))
    chance, account_id = Random(seed), account.id
    if seed % 2:
        with transaction():
            route = defaults.default_route()
            route.sender_kind, route.sender = SenderKind.NAME, "Kawiarnia"
    people(chance, account_id)
    for recipient in chance.sample(db.session.scalars(select(Recipient)).all(), 3):
        opt_outs.opt_out(account_id, recipient.phone, SuppressionSource.KEYWORD)
    campaign = drafts.create(account, made_up(chance), key="")
    review = audience.estimate(campaign)
    live = live_estimate.estimate(account, drafts.read(campaign))
    assert (live.people, live.price) == (review.recipients, review.total)
    launch.launch(campaign, review.total, service_confirmed_by=campaign_owner(campaign))
    preparation.prepare(campaign.id)
    queued = texts(campaign.id, MessageStatus.QUEUED)
    assert queued
    expected = sum(parts(message.text) * PRICES[message.country] for message in queued)
    hold = db.session.get_one(Hold, campaign.id)
    assert (review.total, hold.amount, expected) == (expected, expected, expected)
    if campaign.kind == CampaignKind.PROMOTIONAL:
        for message in queued:
            check_way_out(message)
    campaign_id = campaign.id
    db.session.remove()
    engine.settle(app)
    check_books(account_id)
    check_entries(campaign_id, expected)


def campaign_owner(campaign: Campaign) -> str:
    """Whoever has said that a service text is none of promotions."""
    return "somebody" if campaign.kind == CampaignKind.SERVICE else ""


def texts(campaign_id: int, *statuses: str) -> list[Message]:
    query = select(Message).where(Message.campaign_id == campaign_id, Message.status.in_(statuses))
    return list(db.session.scalars(query.order_by(Message.id)))


def check_way_out(message: Message) -> None:
    """STOP to a number, or a link of this person; and the link leads to their way out."""
    if message.sender.startswith("+") or OWN_WAY_OUT in message.text:
        assert "STOP" in message.text
        return
    ways = [links_to_opt_out.find(code) for code in re.findall(r"/l/(\w+)", message.text)]
    assert len([way for way in ways if way is not None]) == 1


def check_entries(campaign_id: int, held: int) -> None:
    """What was set aside was charged for accepted texts, came back, or waits for unknown ones."""
    sums = Counter(
        {
            kind: int(amount)
            for kind, amount in db.session.execute(
                select(LedgerEntry.kind, func.sum(-LedgerEntry.held))
                .where(LedgerEntry.campaign_id == campaign_id)
                .group_by(LedgerEntry.kind)
            )
        }
    )
    accepted = sum(
        parts(message.text) * PRICES[message.country]
        for message in texts(campaign_id, *MessageStatus.ACCEPTED)
    )
    open_ = sum(
        parts(message.text) * PRICES[message.country]
        for message in texts(campaign_id, *MessageStatus.UNSETTLED)
    )
    assert sums["hold"] == -held
    assert sums["charge"] == accepted
    assert sums["release"] == held - accepted - open_
    assert db.session.get_one(Hold, campaign_id).remaining == open_
