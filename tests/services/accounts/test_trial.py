"""The trial: the numbers an account may text before it pays, texts a day, and the end of it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AuditEntry,
    Campaign,
    CampaignStatus,
    Consent,
    Email,
    Gateway,
    Message,
    Recipient,
    Route,
    SuppressionSource,
    TopUp,
    TopUpStatus,
    User,
    now,
)
from promosms.services.accounts import guests, trial
from promosms.services.campaigns import audience, campaigns, launch, own_test, preparation
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.sending import claiming, opt_outs
from tests.services.sending.conftest import check_books, statuses
from tests.support.cast import Cast
from tests.support.guests import code_of, confirmed
from tests.support.settings import override

OWN, COLLEAGUE = "+48601000101", "+48601000102"
GUEST, OTHER = "+48601222001", "+48601222002"
LAST = select(func.max(Message.id))


@pytest.fixture
def account(app: Flask, cast: Cast, context: None) -> Account:
    """The owner's account, on trial: there is a gateway that reaches people."""
    with transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
        session.execute(update(Account).values(approved_at=None))
    return db.session.get_one(Account, cast.owner.account_id)


def campaign_to(account: Account, phones: list[str], *, draft: bool = True) -> Campaign:
    """A campaign to everyone; these numbers join the recipients."""
    with transaction() as session:
        stored = set(session.scalars(select(Recipient.phone)))
        session.add_all(
            Recipient(account_id=account.id, phone=phone, country="PL", consent=Consent.GIVEN)
            for phone in phones
            if phone not in stored
        )
        route_id = session.scalars(select(Route.id)).first() or 0
        campaign = Campaign(account_id=account.id, route_id=route_id, text="Hello", everyone=True)
        if not draft:
            campaign.status, campaign.launched_at = CampaignStatus.PREPARING, now()
            campaign.agreed_price = 1_000_000
        session.add(campaign)
    return campaign


def send(account: Account, phones: list[str]) -> Campaign:
    """Launch and prepare it."""
    campaign = campaign_to(account, phones)
    launch.launch(campaign, audience.estimate(campaign).total)
    preparation.prepare(campaign.id)
    db.session.refresh(campaign)
    return campaign


def day_passes(hours: int = 25) -> None:
    """Everything that was done is a day older."""
    day = timedelta(hours=hours)
    with transaction() as session:
        for campaign in session.scalars(select(Campaign)):
            for name in ("launched_at", "updated_at", "finished_at"):
                if getattr(campaign, name):
                    setattr(campaign, name, getattr(campaign, name) - day)
        session.execute(update(Message).values(created_at=now() - day))


def test_there_is_no_trial_while_the_simulator_is_the_only_gateway(
    cast: Cast, context: None
) -> None:
    with transaction() as session:
        session.execute(update(Account).values(approved_at=None))
    account = db.session.get_one(Account, cast.owner.account_id)
    assert not trial.on_trial(account)
    assert trial.may_text(account) is None
    assert trial.missing(account) == []
    assert send(account, [OTHER]).status == CampaignStatus.SENDING


def test_on_trial_only_own_numbers_and_guests_get_texts(account: Account) -> None:
    confirmed(account, GUEST)
    assert trial.may_text(account) == {OWN, COLLEAGUE, GUEST}
    campaign = campaign_to(account, [OWN, GUEST, OTHER, "+48601222003"])
    estimate = audience.estimate(campaign)
    assert (estimate.recipients, estimate.skipped) == (2, {trial.SKIPPED: 2})
    launch.launch(campaign, estimate.total)
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
    columns = Message.phone, Message.status, Message.reason, Message.price
    rows = db.session.execute(select(*columns).where(of(campaign)))
    assert sorted(tuple(row) for row in rows) == [
        (OWN, "queued", "", 300),
        (GUEST, "queued", "", 300),
    ]
    db.session.refresh(campaign)
    assert (campaign.audience, campaign.not_guests) == (2, 2)
    assert campaigns.figures(campaign).skipped == 2
    assert campaigns.reasons(campaign) == [("skipped", trial.SKIPPED, 2)]
    check_books(account.id)


def test_a_guest_who_opts_out_is_none_any_more(account: Account) -> None:
    confirmed(account, GUEST)
    for phone in (GUEST, OTHER):
        opt_outs.opt_out(account.id, phone, SuppressionSource.HAND)
    campaign = campaign_to(account, [GUEST, OTHER])
    assert audience.estimate(campaign).skipped == {trial.SKIPPED: 2}
    with pytest.raises(LaunchError) as caught:
        launch.launch(campaign, 0)
    assert caught.value.code == LaunchProblem.TRIAL_GUESTS
    assert campaign.status == CampaignStatus.DRAFT


def test_removed_guests_and_unverified_numbers_get_no_texts(account: Account) -> None:
    guests.remove(confirmed(account, GUEST))
    with transaction() as session:
        session.scalars(select(User).where(User.phone == COLLEAGUE)).one().password_hash = None
    assert trial.may_text(account) == {OWN}
    campaign = campaign_to(account, [GUEST, COLLEAGUE])
    with pytest.raises(LaunchError):
        launch.launch(campaign, 0)
    with pytest.raises(LaunchError) as caught:
        own_test.send(campaign, GUEST)
    assert caught.value.code == LaunchProblem.TRIAL_GUESTS
    assert own_test.send(campaign, OWN).phone == OWN


def test_a_guest_who_has_not_agreed_gets_no_texts(account: Account) -> None:
    guest = guests.add(account, GUEST)
    campaign = campaign_to(account, [OWN, GUEST, OTHER])
    assert audience.estimate(campaign).skipped == {trial.UNCONFIRMED: 1, trial.SKIPPED: 1}
    launch.launch(campaign, audience.estimate(campaign).total)
    preparation.prepare(campaign.id)
    rows = db.session.execute(select(Message.phone, Message.reason).where(of(campaign)))
    assert sorted(tuple(row) for row in rows) == [(OWN, ""), (GUEST, trial.UNCONFIRMED)]
    assert campaigns.reasons(campaign)[0][:2] == ("skipped", trial.SKIPPED)
    with pytest.raises(LaunchError) as caught:
        own_test.send(campaign, GUEST)
    assert caught.value.code == LaunchProblem.TRIAL_GUESTS
    assert guests.confirm(guest, code_of(GUEST))
    assert audience.estimate(campaign).recipients == 2
    check_books(account.id)


NOT_ANY_MORE = {
    "removed": ("removed_at", trial.SKIPPED),
    "asked again": ("confirmed_at", trial.UNCONFIRMED),
}


@pytest.mark.parametrize("how", NOT_ANY_MORE)
def test_what_is_queued_for_somebody_who_is_no_guest_any_more_is_not_claimed(
    account: Account, how: str
) -> None:
    column, reason = NOT_ANY_MORE[how]
    guest = confirmed(account, GUEST)
    campaign = send(account, [OWN, GUEST])
    with transaction() as session:
        gateway = session.scalars(select(Gateway).where(Gateway.kind == "simulator")).one()
        session.execute(update(Message).where(of(campaign)).values(gateway_id=gateway.id))
        campaign.send_cursors = {str(gateway.id): [0, 0, session.scalar(LAST) or 0]}
        setattr(guest, column, now() if column == "removed_at" else None)
    claim = claiming.Claim(gateway.id)
    (code,) = claiming.take(claim, 10)  # the text with the code goes first
    assert code.phone == GUEST
    assert [message.phone for message in claiming.take(claim, 10)] == [OWN]
    query = select(Message.status, Message.reason).where(of(campaign), Message.phone == GUEST)
    assert db.session.execute(query).one() == ("skipped", reason)


def test_a_removed_guest_gets_nothing_that_is_queued(account: Account) -> None:
    guest = confirmed(account, GUEST)
    campaign = send(account, [OWN, GUEST])
    guests.remove(guest)
    query = select(Message.status, Message.reason).where(of(campaign), Message.phone == GUEST)
    assert db.session.execute(query).one() == ("skipped", trial.SKIPPED)
    check_books(account.id)


def of(campaign: Campaign) -> ColumnElement[bool]:
    return Message.campaign_id == campaign.id


def test_more_than_the_daily_texts_are_refused_before_sending(app: Flask, account: Account) -> None:
    override(app, trial_texts_per_day=3)
    confirmed(account, GUEST)
    first = send(account, [OWN, GUEST])
    assert (first.status, trial.used(account.id)) == (CampaignStatus.SENDING, 2)
    second = campaign_to(account, [])
    with pytest.raises(LaunchError) as caught:
        launch.launch(second, 1_000)
    assert caught.value.code == LaunchProblem.TRIAL_DAY
    assert second.status == CampaignStatus.DRAFT
    own_test.send(second, OWN)
    assert trial.used(account.id) == 3
    with pytest.raises(LaunchError) as caught:
        own_test.send(second, OWN)
    assert caught.value.code == LaunchProblem.TRIAL_DAY
    assert trial.used(account.id) == 3


def test_on_the_next_day_there_are_texts_again(app: Flask, account: Account) -> None:
    override(app, trial_texts_per_day=2)
    first = send(account, [OWN])
    own_test.send(first, OWN)
    launch.cancel(first)
    assert trial.used(account.id) == 1  # what was never sent does not count
    day_passes()
    assert trial.used(account.id) == 0
    assert send(account, [COLLEAGUE]).status == CampaignStatus.SENDING


@pytest.mark.parametrize(("hours", "used"), [(23, 2), (25, 0)])
def test_a_text_counts_for_24_hours(account: Account, hours: int, used: int) -> None:
    campaign = send(account, [OWN])
    own_test.send(campaign, OWN)
    with transaction():
        campaign.status, campaign.finished_at = CampaignStatus.FINISHED, now()
        campaign.n_queued, campaign.n_sent = 0, 1
    day_passes(hours)
    assert trial.used(account.id) == used


def test_two_campaigns_at_once_do_not_pass_the_limit_together(app: Flask, account: Account) -> None:
    override(app, trial_texts_per_day=5)
    campaign_ids = [campaign_to(account, [OWN, COLLEAGUE], draft=False).id for _ in range(5)]
    account_id = account.id
    db.session.remove()
    together = Barrier(len(campaign_ids))

    def prepare(campaign_id: int) -> None:
        with app.app_context():
            together.wait()
            preparation.prepare(campaign_id)
            db.session.remove()

    threads = [Thread(target=prepare, args=(campaign_id,)) for campaign_id in campaign_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(db.session.scalars(select(Campaign.status)))
    assert statuses == ["blocked"] * 3 + ["sending"] * 2
    assert trial.used(account_id) == 4
    check_books(account_id)


def test_a_campaign_over_the_limit_waits_and_continues_another_day(
    app: Flask, account: Account
) -> None:
    override(app, trial_texts_per_day=3)
    first = campaign_to(account, [OWN, COLLEAGUE], draft=False)
    second = campaign_to(account, [], draft=False)
    preparation.prepare(first.id)
    assert preparation.prepare(second.id) == CampaignStatus.BLOCKED
    db.session.refresh(second)
    assert trial.full_day(second)
    assert (second.missing, statuses(second.id)) == (0, {"queued": 2})
    launch.resume(second)
    assert preparation.prepare(second.id) == CampaignStatus.BLOCKED
    launch.cancel(first)
    launch.resume(second)
    assert preparation.prepare(second.id) == CampaignStatus.SENDING
    check_books(account.id)


def test_a_paused_campaign_counts_again_when_it_is_resumed(app: Flask, account: Account) -> None:
    override(app, trial_texts_per_day=3)
    first = send(account, [OWN, COLLEAGUE])
    launch.pause(first)
    day_passes()
    assert send(account, []).status == CampaignStatus.SENDING
    db.session.refresh(first)
    with pytest.raises(LaunchError) as caught:
        launch.resume(first)
    assert caught.value.code == LaunchProblem.TRIAL_DAY
    db.session.refresh(first)
    assert first.status == CampaignStatus.PAUSED


def test_an_admin_ends_it_once_and_the_owner_gets_an_email(account: Account) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.phone == OWN)).one().language = "pl"
    assert trial.approve(account.id, "somebody") is True
    assert trial.approve(account.id, "somebody") is False
    assert not trial.on_trial(account)
    assert trial.may_text(account) is None
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor, entry.subject) == (
        "account.approve",
        "somebody",
        account.public_id,
    )
    assert db.session.scalars(select(Email.recipient)).all() == ["owner@example.com"]
    assert send(account, [OTHER]).status == CampaignStatus.SENDING
    assert not trial.approve(0, "somebody")


def test_it_says_what_is_missing(app: Flask, account: Account) -> None:
    assert trial.missing(account) == [trial.Step.TOP_UP, trial.Step.ASK]
    with transaction() as session:
        session.add(an_order(account))
    assert trial.missing(account) == [trial.Step.PAY, trial.Step.ASK]
    override(app, operator_city="Kraków")  # the operator has begun, but not said enough to sell
    assert trial.missing(account) == [trial.Step.ASK]
    with transaction():
        account.approved_at = now()
    assert trial.missing(account) == []


def an_order(account: Account) -> TopUp:
    """A top-up that waits for its payment."""
    return TopUp(
        account_id=account.id,
        status=TopUpStatus.OPEN,
        method="transfer",
        currency="EUR",
        net=100_000,
        tax=0,
        gross=100_000,
        rate=0,
        tax_case="domestic",
        buyer={},
        reference="AB12",
        expires_at=now(),
    )
