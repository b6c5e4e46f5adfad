"""The demo account: recipients in three countries, campaigns of the past, a running one, a top-up.

Everything uses the same functions as real work, except the receipts of past campaigns. The numbers
are valid and invented, and go to the simulator only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.demo import ab_test as demo_ab_test
from promosms.demo import automation as demo_automation
from promosms.demo import billing as demo_billing
from promosms.demo import colleagues as demo_colleagues
from promosms.demo import inbox as demo_inbox
from promosms.demo import past as demo_past
from promosms.demo import senders as demo_senders
from promosms.demo.names import BRITAIN, COUNTRIES, POLAND, Country
from promosms.models import (
    Account,
    CampaignKind,
    Consent,
    ConsentHow,
    Recipient,
    RecipientList,
    Role,
    SuppressionSource,
    User,
    now,
)
from promosms.services.auth import passwords
from promosms.services.campaigns import audience, drafts, launch
from promosms.services.campaigns.drafts import Draft
from promosms.services.ledger import ledger
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.search import search_text
from promosms.services.sending import opt_outs

EMAIL = "demo@example.com"
PHONE = "+48500009990"
CREDIT = 10_000_000
WITHOUT_CONSENT = 0.01
OPTED_OUT = 12
DAYS = 40  # on which people have agreed
A_YEAR = date(2000, 1, 1)  # of 366 days
BORN = 1952  # or later
SERVICE = Draft(
    name="Moved appointments",
    text="Hello {first_name|there}, the workshop is closed on Friday. Your appointment is on "
    "Monday at the same time.",
    kind=CampaignKind.SERVICE,
    opt_out_line=False,
)
AUTUMN = Draft(
    name="Jesienne promocje",
    text="Dzień dobry {first_name|}! Do soboty cała jesienna kolekcja 20% taniej. "
    "Zapraszamy do sklepu przy Długiej 7.",
    language="pl",
)
EVENING = Draft(
    name="Open studio evening",
    text="Hi {first_name|there}, our open studio evening is on Thursday from 6 pm. "
    "What you can try: https://sms.example.com/evening",
    short_links=True,
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
        _sent(session, account, by_country, sender, random)
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
    demo_colleagues.seed(session, account, password_hash)
    return account


def _owner(account: Account) -> Select[User]:
    return select(User).where(User.account_id == account.id, User.role == Role.OWNER)


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
    details = {
        "first_name": random.choice(country.first_names),
        "last_name": random.choice(country.last_names),
        "city": random.choice(country.cities),
        "birthday": _birthday(number) if country is BRITAIN else "",
    }
    given = random.random() > WITHOUT_CONSENT
    return {
        "account_id": account_id,
        "phone": phone,
        "country": country.region,
        **details,
        "consent": Consent.GIVEN if given else Consent.NONE,
        "consent_id": random.choice(acts) if given else None,
        "search": search_text(phone, details),
    }


def _birthday(number: int) -> str:
    """That of a recipient: every day is one of somebody's, also the last of February."""
    day = A_YEAR + timedelta(days=number % 366)
    year = BORN + number % 50
    if (day.month, day.day) == (2, 29):
        year -= year % 4
    return day.replace(year=year).isoformat()


def _sent(
    session: Session,
    account: Account,
    by_country: Mapping[Country, RecipientList],
    sender: str,
    random: Random,
) -> None:
    """What has been sent, the oldest first."""

    def to(country: Country, draft: Draft) -> Draft:
        named = sender if country is BRITAIN else ""
        return replace(draft, sender=named, lists=[by_country[country].public_id])

    _past(session, account, to(POLAND, AUTUMN), 9, random)
    demo_ab_test.seed(session, account, to(BRITAIN, demo_ab_test.DRAFT))
    _past(session, account, to(BRITAIN, EVENING), 3, random)
    demo_automation.seed(session, account, to(BRITAIN, demo_automation.DRAFT))
    _past(session, account, to(BRITAIN, SERVICE), 1, random)


def _past(session: Session, account: Account, draft: Draft, days: int, random: Random) -> None:
    """A campaign that was sent `days` ago, with its receipts and its money."""
    campaign = drafts.create(account, draft, key="")
    launch.launch(campaign, audience.estimate(campaign).total)
    demo_past.end(session, campaign, now() - timedelta(days=days), random)


def _opt_out(session: Session, account: Account, random: Random) -> None:
    phones = session.scalars(
        select(Recipient.phone).where(Recipient.account_id == account.id).order_by(Recipient.id)
    ).all()
    for phone in random.sample(phones, OPTED_OUT):
        opt_outs.opt_out(account.id, phone, SuppressionSource.KEYWORD)
