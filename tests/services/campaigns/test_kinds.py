"""Who gets a promotional and who a service text: on the composer, the review and the way out.

The rule is stated here once more, in `left_out`: nothing of it is read from the application.
"""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Consent,
    Gateway,
    ListRecipient,
    Message,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import (
    audience,
    drafts,
    launch,
    live_estimate,
    live_groups,
    preparation,
    repeats,
    schedule,
)
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.ledger import ledger
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import claiming, opt_outs
from promosms.services.sending.claiming import Claim
from tests.support.cast import Cast

PROMOTIONAL, SERVICE = CampaignKind.PROMOTIONAL, CampaignKind.SERVICE
People = dict[str, tuple[bool, SuppressionSource | None]]
"""By number: have they agreed to promotions, and how they got on the suppression list."""


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account, which can pay."""
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    return db.session.get_one(Account, cast.owner.account_id)


def left_out(kind: CampaignKind, agreed: bool, listed: SuppressionSource | None) -> str:
    """Why somebody gets no text: an opt-out beats everything; only promotions need a consent."""
    if listed is SuppressionSource.HELD:
        return "held"
    if listed is not None:
        return "opted_out"
    return "no_consent" if kind is PROMOTIONAL and not agreed else ""


def audience_of(account: Account, random: Random) -> People:
    """Sixty people, some of them on a list, and what they have said."""
    states = [*[None] * 8, *SuppressionSource]
    people = {
        f"+4860120{random.randrange(10**4):04}": (random.random() < 0.5, random.choice(states))
        for _number in range(60)
    }
    with transaction() as session:
        group = RecipientList(account_id=account.id, name="Some", public_id="some")
        session.add(group)
        session.flush()
        for phone, (agreed, listed) in people.items():
            consent = Consent.GIVEN if agreed else Consent.NONE
            person = Recipient(
                account_id=account.id, phone=phone, country="PL", consent=consent, first_name="Ola"
            )
            session.add(person)
            if listed is not None:
                session.add(Suppression(account_id=account.id, phone=phone, source=listed))
            session.flush()
            if random.random() < 0.5:
                on_list = {"list_id": group.id, "recipient_id": person.id}
                session.add(ListRecipient(account_id=account.id, **on_list))
                group.size += 1
    return people


def reasons(campaign_id: int) -> dict[str, str]:
    query = select(Message.phone, Message.reason).where(Message.campaign_id == campaign_id)
    return {row.phone: row.reason for row in db.session.execute(query)}


def claimed() -> set[str]:
    gateway_id = db.session.scalars(select(Gateway.id)).one()
    return {message.phone for message in claiming.take(Claim(gateway_id), 100)}


def counted(kind: CampaignKind, people: People) -> Counter[str]:
    return Counter(left_out(kind, *state) for state in people.values())


@pytest.mark.parametrize("kind", CampaignKind)
@pytest.mark.parametrize("seed", range(3))
def test_composer_review_messages_and_claims_are_the_people_whom_the_rule_allows(
    account: Account, kind: CampaignKind, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    people = audience_of(account, random)
    on_list = select(Recipient.phone).join(ListRecipient)
    asked = {phone: people[phone] for phone in db.session.scalars(on_list)} if seed else people
    written = Draft(text="We moved, {first_name}. STOP ends it", kind=kind, opt_out_line=False)
    draft = Draft(**{**vars(written), "everyone": not seed, "lists": ["some"] if seed else []})
    expected = counted(kind, asked)
    for most_read in (20_000, 0):  # read one by one, and counted by country and state
        monkeypatch.setattr(live_groups, "MOST_READ", most_read)
        live = live_estimate.estimate(account, draft)
        assert Counter({"": live.people, **live.left_out}) == expected
    shown = {live_estimate.person(account, draft, number) for number in range(20)}
    allowed = {phone for phone, state in asked.items() if not left_out(kind, *state)}
    assert {person.phone for person in shown if person} <= allowed
    campaign = drafts.create(account, draft, "")
    review = audience.estimate(campaign)
    assert Counter({"": review.recipients, **review.skipped}) == expected
    assert audience.count_of(campaign, people) == len(allowed)
    launch.launch(campaign, review.total)
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
    assert reasons(campaign.id) == {phone: left_out(kind, *asked[phone]) for phone in asked}
    # While it waits some withdraw their consent and some opt out, each also unseen until the claim.
    first, second, third, fourth = sorted(allowed)[:4]
    person = recipients.by_phone(account.id, first)
    assert person is not None
    recipients.change(person, "PL", {"phone": first}, Basis(), [], "user1")
    with transaction() as session:
        unseen = update(Recipient).where(Recipient.phone == second)
        session.execute(unseen.values(consent=Consent.NONE))
        hand = {"phone": fourth, "source": SuppressionSource.HAND}
        session.add(Suppression(account_id=account.id, **hand))
    opt_outs.opt_out(account.id, third, SuppressionSource.HAND)
    withdrawn = "" if kind is SERVICE else "no_consent"
    late = {first: withdrawn, second: withdrawn, third: "opted_out", fourth: "opted_out"}
    assert claimed() == {phone for phone in allowed if not late.get(phone)}
    assert {phone: reasons(campaign.id)[phone] for phone in late} == late


def test_the_kind_goes_with_a_copy_and_a_repeat(account: Account) -> None:
    audience_of(account, Random(1))
    campaign = drafts.create(account, Draft(text="Ready", kind=SERVICE, everyone=True), "")
    assert drafts.duplicate(campaign, "Copy").kind == SERVICE
    launch.launch(campaign, audience.estimate(campaign).total)
    preparation.prepare(campaign.id)
    with transaction() as session:
        lost = {"status": "unknown", "attention_status": "unknown"}
        session.execute(update(Message).where(Message.status == "queued").values(**lost))
        session.execute(update(Campaign).values(status=CampaignStatus.FINISHED))
    session.expire_all()
    repeat = repeats.draft(campaign, "Again")
    assert (repeat.kind, audience.estimate(repeat).skipped) == (SERVICE, {})
    assert audience.estimate(repeat).recipients == repeats.of(campaign).people > 0


@pytest.mark.parametrize(
    ("kind", "text", "line", "problem"),
    [
        (PROMOTIONAL, "20% off", True, None),
        (PROMOTIONAL, "20% off", False, LaunchProblem.NO_WAY_OUT),
        (PROMOTIONAL, "Ready to collect", False, LaunchProblem.NO_WAY_OUT),
        (PROMOTIONAL, "20% off. STOP ends it", False, None),
        (SERVICE, "Ready to collect", False, None),
        (SERVICE, "Ready to collect", True, None),
        (SERVICE, "Ready, 20% off next time", False, LaunchProblem.LIKE_PROMOTION),
        (SERVICE, "Ready, 20% off next time", True, LaunchProblem.LIKE_PROMOTION),
    ],
)
def test_a_promotion_says_how_to_opt_out_and_a_service_text_promotes_nothing(
    account: Account, kind: CampaignKind, text: str, line: bool, problem: LaunchProblem | None
) -> None:
    audience_of(account, Random(1))
    written = Draft(text=text, kind=kind, opt_out_line=line, everyone=True)
    campaign = drafts.create(account, written, "")
    price = audience.estimate(campaign).total
    try:
        launch.launch(campaign, price)
        found = None
    except LaunchError as error:
        found = error.code
    assert found == problem
    assert campaign.status == (CampaignStatus.DRAFT if problem else CampaignStatus.PREPARING)
    assert (campaign.service_confirmed_by, campaign.service_confirmed_at) == ("", None)
    if problem is not LaunchProblem.LIKE_PROMOTION:
        return
    launch.launch(campaign, price, service_confirmed_by="user1")
    assert campaign.service_confirmed_by == "user1"
    assert campaign.service_confirmed_at is not None


def test_nobody_is_noted_who_was_not_asked(account: Account) -> None:
    audience_of(account, Random(1))
    campaign = drafts.create(account, Draft(text="Ready", kind=SERVICE, everyone=True), "")
    launch.launch(campaign, audience.estimate(campaign).total, service_confirmed_by="user1")
    assert (campaign.service_confirmed_by, campaign.service_confirmed_at) == ("", None)


def test_a_confirmation_is_kept_while_it_is_scheduled_and_asked_again_after_a_change(
    account: Account,
) -> None:
    audience_of(account, Random(1))
    tomorrow = f"{now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    service = {"kind": SERVICE, "opt_out_line": False, "everyone": True}
    written = Draft(text="Ready, 20% off", planned_time=tomorrow, planned_zone="UTC", **service)
    campaign = drafts.create(account, written, "")
    with pytest.raises(LaunchError, match="like_promotion"):
        schedule.schedule(campaign, 10**6)
    schedule.schedule(campaign, 10**6, service_confirmed_by="user1")
    assert campaign.service_confirmed_by == "user1"
    schedule.edit(campaign)
    assert (campaign.service_confirmed_by, campaign.service_confirmed_at) == ("", None)
    schedule.schedule(campaign, 10**6, service_confirmed_by="user2")
    at = campaign.service_confirmed_at
    schedule.start_now(campaign)
    assert (campaign.status, campaign.service_confirmed_by) == (CampaignStatus.PREPARING, "user2")
    assert campaign.service_confirmed_at == at
