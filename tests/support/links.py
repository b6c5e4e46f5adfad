"""A campaign with short links that has left, and the codes that its people got."""

import re
from collections.abc import Sequence

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, Consent, Message, Recipient
from promosms.services.campaigns import audience, drafts, launch, preparation
from promosms.services.campaigns.drafts import Draft
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Person

MENU, BOOKING = "https://kawa.pl/menu?from=sms", "http://kawa.pl"
TEXT = f"Hi {{first_name|there}}! Menu: {MENU}, book at kawa.pl."
PHONES = ("+48601111111", "+48601111112", "+48601111113")
FOUND = re.compile(r"https://[^/]+/(?:l|o)/(\w+)")


def send(
    person: Person, text: str = TEXT, phones: Sequence[str] = PHONES, **draft: object
) -> Campaign:
    """A prepared campaign of the person's account to these numbers."""
    account = db.session.get_one(Account, person.account_id)
    known = {row.phone for row in db.session.query(Recipient).filter_by(account_id=account.id)}
    for phone in phones:
        if phone not in known:
            recipients.add(account, {"phone": phone}, Basis(Consent.GIVEN, "card"))
    draft = {"short_links": True, "everyone": True, **draft}
    campaign = drafts.create(account, Draft(text=text, **draft), "")
    launch.launch(campaign, audience.estimate(campaign).total)
    preparation.prepare(campaign.id)
    db.session.refresh(campaign)
    return campaign


def codes(campaign: Campaign) -> dict[str, list[str]]:
    """The codes in the texts of a campaign, by number."""
    rows = db.session.query(Message).filter_by(campaign_id=campaign.id)
    return {message.phone: FOUND.findall(message.text) for message in rows}


def person(phone: str, account_id: int) -> Recipient:
    """The recipient with this number."""
    return db.session.query(Recipient).filter_by(phone=phone, account_id=account_id).one()


def change(row: object, **values: object) -> None:
    """Change a stored row."""
    with transaction():
        for name, value in values.items():
            setattr(row, name, value)
