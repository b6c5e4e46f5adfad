"""The demo account: recipients in three countries, campaigns of the past, a running one, a top-up.

Everything uses the same functions as real work, except the receipts of past campaigns. The numbers
are valid and invented, and go to the simulator only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.demo import billing as demo_billing
from promosms.demo import clicks as demo_clicks
from promosms.demo import inbox as demo_inbox
from promosms.demo import senders as demo_senders
from promosms.demo.names import BRITAIN, COUNTRIES, POLAND, Country
from promosms.models import (
    Account,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Consent,
    ConsentHow,
    InboundMessage,
    Message,
    MessagePart,
    MessageStatus,
    Recipient,
    RecipientList,
    Role,
    SuppressionSource,
    User,
    attention_status_of,
    now,
)
from promosms.services.auth import passwords
from promosms.services.campaigns import audience, drafts, launch, preparation
from promosms.services.campaigns.drafts import Draft
from promosms.services.ledger import ledger
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.search import search_text
from promosms.services.sending import counters, gateway_counts, opt_outs

EMAIL = "demo@example.com"
PHONE = "+48500009990"
CREDIT = 10_000_000
REPLY_OF = 40  # one of so many writes back
RATE = 300  # texts per second of the past campaigns
WITHOUT_CONSENT = 0.01
OPTED_OUT = 12
DAYS = 40  # on which people have agreed
ENDS = {
    MessageStatus.DELIVERED: 0.962,
    MessageStatus.UNDELIVERED: 0.021,
    MessageStatus.EXPIRED: 0.009,
    MessageStatus.FAILED: 0.005,
    MessageStatus.UNKNOWN: 0.003,
}
REASONS = {MessageStatus.FAILED: "bad_number", MessageStatus.UNKNOWN: "no_answer"}
REPLIES = ("Super, będę w sobotę", "Thank you!", "Do której otwarte?", "Lovely, see you there")
SERVICE = Draft(
    name="Moved appointments",
    text="Hello {first_name|there}, the workshop is closed on Friday. Your appointment is on "
    "Monday at the same time.",
    kind=CampaignKind.SERVICE,
    opt_out_line=False,
)
PAST = (
    (
        9,
        POLAND,
        Draft(
            name="Jesienne promocje",
            text="Dzień dobry {first_name|}! Do soboty cała jesienna kolekcja 20% taniej. "
            "Zapraszamy do sklepu przy Długiej 7.",
            language="pl",
        ),
    ),
    (
        3,
        BRITAIN,
        Draft(
            name="Open studio evening",
            text="Hi {first_name|there}, our open studio evening is on Thursday from 6 pm. "
            "What you can try: https://sms.example.com/evening",
            short_links=True,
        ),
    ),
    (1, BRITAIN, SERVICE),
)
RUNNING = Draft(
    name="Winter opening hours",
    text="Hello {first_name|there}, from Monday we are open from 10 to 20. See you soon!",
    everyone=True,
)


@dataclass(frozen=True)
class DemoAccount:
    """The password of the owner, and the campaign that waits for its preparation."""

    password: str
    campaign_id: int


def seed() -> DemoAccount | None:
    """Create the account in one transaction, or return None when it exists."""
    password = passwords.suggestion()
    hashed = passwords.hash_password(password)
    with transaction() as session:
        if session.scalar(select(User.id).where(User.email == EMAIL)) is not None:
            return None
        account = _account(session, hashed)
        random = Random("promosms")  # the same recipients every time
        by_country = {
            country: _recipients(session, account, country, random) for country in COUNTRIES
        }
        sender = demo_senders.seed(account, session.scalars(_owner(account)).one())
        for days, country, draft in PAST:
            named = replace(draft, sender=sender) if country is BRITAIN else draft
            _past(session, account, _addressed(named, by_country[country]), days, random)
        _opt_out(session, account, random)
        demo_inbox.seed(session, account)
        running = drafts.create(account, RUNNING, key="")
        launch.launch(running, audience.estimate(running).total)
        return DemoAccount(password, running.id)


def _account(session: Session, password_hash: str) -> Account:
    opened = now() - timedelta(days=21)
    account = Account(region="PL", timezone="Europe/Warsaw", created_at=opened, approved_at=opened)
    session.add(account)
    session.flush()
    owner = User(
        account_id=account.id,
        role=Role.OWNER,
        email=EMAIL,
        phone=PHONE,
        password_hash=password_hash,
        must_choose_password=False,
    )
    session.add(owner)
    session.flush()
    with ledger.dated(now() - timedelta(days=20)):
        ledger.credit(account.id, CREDIT, f"demo:{account.public_id}")
    demo_billing.seed(account, owner)
    return account


def _owner(account: Account) -> Select[User]:
    return select(User).where(User.account_id == account.id)


def _recipients(
    session: Session, account: Account, country: Country, random: Random
) -> RecipientList:
    acts = [_agreed(session, account, random) for _number in range(DAYS)]
    session.execute(
        insert(Recipient),
        [_recipient(account.id, country, number, random, acts) for number in range(country.people)],
    )
    new = lists.create(account.id, country.list_name)
    ids = session.scalars(
        select(Recipient.id).where(
            Recipient.account_id == account.id, Recipient.country == country.region
        )
    ).all()
    for start in range(0, len(ids), 500):
        lists.put(new, ids[start : start + 500])
    return new


def _agreed(session: Session, account: Account, random: Random) -> int:
    """The consent of those who filled in the card on the same day."""
    day = now().date() - timedelta(days=random.randint(15, 400))
    basis = Basis(Consent.GIVEN, "Card at the till", day)
    return consents.make(session, account.id, basis, ConsentHow.BULK)


def _recipient(
    account_id: int, country: Country, number: int, random: Random, acts: Sequence[int]
) -> dict[str, object]:
    phone = f"+{country.first_number + number}"
    names = {
        "first_name": random.choice(country.first_names),
        "last_name": random.choice(country.last_names),
        "city": random.choice(country.cities),
    }
    given = random.random() > WITHOUT_CONSENT
    return {
        "account_id": account_id,
        "phone": phone,
        "country": country.region,
        **names,
        "consent": Consent.GIVEN if given else Consent.NONE,
        "consent_id": random.choice(acts) if given else None,
        "search": search_text(phone, names),
    }


def _addressed(draft: Draft, to: RecipientList) -> Draft:
    return replace(draft, everyone=False, lists=[to.public_id])


def _past(session: Session, account: Account, draft: Draft, days: int, random: Random) -> None:
    """A campaign that was sent `days` ago, with its receipts and its money."""
    started = now() - timedelta(days=days)
    campaign = drafts.create(account, draft, key="")
    launch.launch(campaign, audience.estimate(campaign).total)
    with ledger.dated(started):
        preparation.prepare(campaign.id)
    waiting = select(Message).where(
        Message.campaign_id == campaign.id, Message.status == MessageStatus.QUEUED
    )
    messages = session.scalars(waiting.order_by(Message.id)).all()
    for place, message in enumerate(messages):
        _end(session, message, started + timedelta(seconds=place / RATE), random)
    session.flush()
    _count(session, messages)
    with ledger.dated(started):
        _settle(session, campaign, messages)
    campaign.created_at = campaign.launched_at = started
    campaign.finished_at = max(message.final_at or started for message in messages)
    campaign.status = CampaignStatus.FINISHED
    _reply(session, messages, random)
    demo_clicks.seed(session, campaign, messages, random)


def _reply(session: Session, messages: Sequence[Message], random: Random) -> None:
    """Some of those who got the text have written back, and somebody has read that."""
    arrived = [each for each in messages if each.status == MessageStatus.DELIVERED]
    for message in random.sample(arrived, len(arrived) // REPLY_OF):
        assert message.final_at is not None
        at = message.final_at + timedelta(minutes=random.uniform(1, 600))
        session.add(
            InboundMessage(
                account_id=message.account_id,
                recipient=message.recipient,
                phone=message.phone,
                text=random.choice(REPLIES),
                gateway_id=message.gateway_id,
                inbound_number=message.sender,
                received_at=at,
                read_at=at,
            )
        )


def _end(session: Session, message: Message, at: datetime, random: Random) -> None:
    """Give a waiting message its final status, and its parts the gateway's references."""
    status = random.choices(list(ENDS), list(ENDS.values()))[0]
    message.status = status
    message.attention_status = attention_status_of(status)
    message.reason = REASONS.get(status, "")
    message.attempts = 1
    message.created_at = message.submitted_at = at
    message.final_at = at + timedelta(seconds=random.uniform(1, 40))
    if status in MessageStatus.ACCEPTED:
        message.sent_at = at
        session.add_all(
            MessagePart(
                message_id=message.id,
                number=number,
                account_id=message.account_id,
                gateway_id=message.gateway_id,
                reference=f"demo-{message.id}-{number}",
                status=status,
            )
            for number in range(1, message.parts + 1)
        )


def _count(session: Session, messages: Sequence[Message]) -> None:
    """Add the texts to the counts of their gateways."""
    changes = gateway_counts.Changes()
    for message in messages:
        if message.sent_at is not None:
            sending, sent = MessageStatus.SENDING, MessageStatus.SENT
            changes.move(message.gateway_id, message.sent_at, sending, sent, 1)
        if message.final_at is not None:
            status = MessageStatus(message.status)
            changes.move(message.gateway_id, message.final_at, MessageStatus.SENT, status, 1)
    changes.write(session)


def _settle(session: Session, campaign: Campaign, messages: Sequence[Message]) -> None:
    """Book the texts: accepted ones are charged, the others released."""
    ends = Counter(MessageStatus(message.status) for message in messages)
    counters.move(session, campaign.id, {MessageStatus.QUEUED: -len(messages), **ends})
    charged = sum(message.price for message in messages if message.status in MessageStatus.ACCEPTED)
    released = sum(message.price for message in messages) - charged
    ledger.charge(campaign.id, charged, f"charge:demo:{campaign.id}")
    ledger.release(campaign.id, released, f"release:demo:{campaign.id}")
    session.refresh(campaign)


def _opt_out(session: Session, account: Account, random: Random) -> None:
    phones = session.scalars(
        select(Recipient.phone).where(Recipient.account_id == account.id).order_by(Recipient.id)
    ).all()
    for phone in random.sample(phones, OPTED_OUT):
        opt_outs.opt_out(account.id, phone, SuppressionSource.KEYWORD)
