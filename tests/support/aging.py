"""Finished campaigns that grow old, for the tests of retention and purging."""

from datetime import timedelta

from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import nightly
from promosms.models import (
    Campaign,
    CampaignStatus,
    Consent,
    GatewayInboxRow,
    Guest,
    Import,
    InboundMessage,
    Message,
    NightlyJob,
    Recipient,
    TaxCheck,
)
from promosms.services.campaigns import audience, campaigns, launch
from promosms.services.installation import defaults
from promosms.services.ledger import campaign_costs
from tests.support.cast import Person

OURS = [f"+48601211{n:03}" for n in (100, 101, 102)]
OURS_SKIPPED = "+48601211110"
THEIRS = [f"+48602322{n:03}" for n in (100, 101)]
WORD, OTHER_WORD = "Qzulowimek", "Wipekozulm"


def send(person: Person, phones: list[str], word: str) -> int:
    """Launch a campaign to new recipients; returns its id."""
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=person.account_id, phone=phone, country="PL", consent=Consent.GIVEN
            )
            for phone in phones
        )
        campaign = Campaign(
            account_id=person.account_id,
            route_id=defaults.default_route().id,
            name=word,
            text=f"{word} says hello",
            everyone=True,
        )
        session.add(campaign)
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign.id


def age(span: timedelta) -> None:
    """Move all stored moments into the past."""
    moved = {
        Message: ("created_at", "sent_at", "final_at"),
        Campaign: ("created_at", "launched_at", "finished_at"),
        InboundMessage: ("received_at",),
        GatewayInboxRow: ("received_at",),
        Import: ("created_at",),
        Guest: ("removed_at",),
        TaxCheck: ("checked_at",),
    }
    db.session.rollback()
    with transaction() as session:
        for model, names in moved.items():
            for row in session.scalars(select(model)):
                for name in names:
                    moment = getattr(row, name)
                    if moment is not None:
                        setattr(row, name, moment - span)
        session.flush()
        session.execute(update(NightlyJob).values(ran_on=None))
    db.session.remove()


def night() -> None:
    """Run the nightly jobs until none is due."""
    with transaction() as session:
        session.execute(update(NightlyJob).values(ran_on=None))
    for _ in range(60):
        nightly.run()
        if not nightly.due():
            break
    assert not nightly.due()
    db.session.remove()


def figures(campaign_id: int) -> object:
    """All figures of a finished campaign."""
    db.session.remove()
    campaign = db.session.get_one(Campaign, campaign_id)
    assert campaign.status == CampaignStatus.FINISHED
    return (
        campaigns.figures(campaign),
        campaigns.reasons(campaign),
        campaign_costs.of(campaign),
        campaign_costs.count(campaign_id, closed=True),
    )


def number(campaign_id: int) -> int:
    """The number of stored messages of a campaign."""
    query = select(func.count()).select_from(Message).where(Message.campaign_id == campaign_id)
    return db.session.scalar(query) or 0
