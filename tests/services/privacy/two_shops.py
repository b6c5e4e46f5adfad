"""What the recipients of two shops do, and the shops with them."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    Campaign,
    Consent,
    Gateway,
    Guest,
    InboundMessage,
    Message,
    Recipient,
)
from promosms.services.campaigns import audience, drafts, launch, preparation
from promosms.services.campaigns.drafts import Draft
from promosms.services.inbox import gateway_inbox
from promosms.services.installation import defaults
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Person

ANNA, OLA, NEW, OTHER = "+48601333101", "+48601333102", "+48601333103", "+48601333104"
AGREED = Basis(Consent.GIVEN, "card")


def account(person: Person) -> Account:
    return db.session.get_one(Account, person.account_id)


def launched(person: Person) -> int:
    """The id of a campaign to everybody that waits for its preparation."""
    campaign = drafts.create(account(person), Draft("Autumn", "Hello", everyone=True), "")
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign.id


def queue_texts(person: Person) -> Campaign:
    """A campaign to everybody whose texts wait for the gateway."""
    campaign_id = launched(person)
    preparation.prepare(campaign_id)
    return db.session.get_one(Campaign, campaign_id)


def answer(number: str, text: str) -> None:
    gateway = db.session.scalars(select(Gateway.id)).one()
    sender = defaults.default_route().sender
    gateway_inbox.store(gateway, [Inbound(f"{number}-{text}", number, sender, text)])
    assert gateway_inbox.apply_batch()


def recipient(person: Person, number: str) -> Recipient:
    found = recipients.by_phone(person.account_id, number)
    assert found is not None
    return found


def change(person: Person, number: str, new: str) -> None:
    row = recipient(person, number)
    recipients.change(row, "PL", {"phone": new}, AGREED, [])


def delete(person: Person, number: str) -> None:
    recipients.delete_many(person.account_id, [recipient(person, number).public_id])


def left(person: Person) -> dict[str, int]:
    """How many rows of the account name each number."""
    numbers: dict[str, int] = {}
    for model in (Message, InboundMessage, Guest, Recipient):
        query = select(model.phone).where(model.account_id == person.account_id)
        for number in db.session.scalars(query):
            numbers[number] = numbers.get(number, 0) + 1
    return numbers
