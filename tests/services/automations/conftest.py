"""An account whose automations are run day by day, on a clock that tests set."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Automation, Campaign, Consent, Message, Recipient
from promosms.services.automations import automations, forecast
from promosms.services.automations import run as automation_run
from promosms.services.automations.automations import When
from promosms.services.campaigns import drafts, preparation
from promosms.services.campaigns.drafts import Draft
from promosms.services.ledger import ledger
from tests.support.cast import Cast
from tests.support.clock import Clock

WARSAW = ZoneInfo("Europe/Warsaw")
Person = Callable[..., Recipient]
Make = Callable[..., Automation]
SetClock = Callable[..., None]


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account, in Warsaw, with money for many texts."""
    account = db.session.get_one(Account, cast.owner.account_id)
    with transaction():
        ledger.credit(account.id, 10_000_000, "test:money")
    return account


@pytest.fixture
def set_clock(clock: Clock) -> SetClock:
    """Stop the clock at a time of day in a zone."""
    clock.stop()

    def set_to(text: str, zone: ZoneInfo = WARSAW) -> None:
        at = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
        clock.move(seconds=(at - clock.now()) / timedelta(seconds=1))

    return set_to


@pytest.fixture
def person(account: Account) -> Person:
    """A new recipient who has agreed; each has a number of their own."""
    number = iter(range(100, 999))

    def add(**values: object) -> Recipient:
        phone = f"+48601299{next(number)}"
        given = {"phone": phone, "country": "PL", "consent": Consent.GIVEN, **values}
        with transaction() as session:
            recipient = Recipient(account_id=account.id, **given)
            session.add(recipient)
        return recipient

    return add


@pytest.fixture
def make(account: Account) -> Make:
    """An automation to everyone that is switched on; `draft` changes its text and audience."""

    def made(trigger: str, draft: dict[str, Any] | None = None, **when: Any) -> Automation:
        given = {"name": "By itself", "text": "Hello {first_name|you}", "everyone": True}
        chosen = Draft(**(given | (draft or {})))
        automation = automations.create(account, When(trigger, **when), chosen, "")
        switch_on(automation)
        return automation

    return made


def switch_on(automation: Automation) -> None:
    """Switch on what the review shows."""
    prototype = automations.prototype_of(automation)
    price = forecast.of(automation).most
    automations.switch_on(automation, price, drafts.stamp(prototype))


def tick() -> list[Campaign]:
    """Run what is due, and prepare its campaigns; returns them."""
    launched = [automation_run.run(number) for number in automation_run.due()]
    ids = [number for number in launched if number is not None]
    for campaign_id in ids:
        preparation.prepare(campaign_id)
    automation_run.end_late()
    return [db.session.get_one(Campaign, campaign_id) for campaign_id in ids]


def texted(campaign: Campaign) -> list[str]:
    """The numbers that its messages are for."""
    rows = db.session.query(Message.phone).filter_by(campaign_id=campaign.id)
    return sorted(row[0] for row in rows)
