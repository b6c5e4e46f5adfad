"""A sender name from the request to the texts under it, and what happens when it is taken back."""

from collections.abc import Callable

import pytest
from flask import Flask, request
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from promosms.db import row_security
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AuditEntry,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Consent,
    Email,
    Message,
    Price,
    Recipient,
    Route,
    Sender,
    SenderKind,
    SenderStatus,
)
from promosms.services.campaigns import audience, drafts, launch, own_test, preparation, repeats
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.gateways import simulated_phone
from promosms.services.installation import defaults
from promosms.services.senders import chosen, decisions, requests
from promosms.services.senders.requests import Evidence
from tests.support.cast import Cast

Settle = Callable[..., None]
SAID = Evidence("Our offers", "Kwiaty Ani s.c.", "kwiaty.example")
PEOPLE = {
    "PL": "+48601111111",
    "US": "+12025550123",
    "IN": "+919812345678",
    "IT": "+393471234567",
    "CZ": "+420601123456",
    "HU": "+36201234567",
    "BR": "+5511961234567",
}
OFFER = "Tulips today. No more: kwiaty.pl/stop"


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def approved(account: Account, name: str = "Kwiaty Ani", countries: str = "") -> Sender:
    sender = requests.ask(account, name, SAID, "test")
    decisions.approve(sender.id, "Seen in the register", countries.split(), "admin")
    return sender


def campaign_of(account: Account, sender: Sender | None, words: str = OFFER) -> Campaign:
    with transaction() as session:
        if not session.scalars(select(Recipient).limit(1)).all():
            session.add_all(
                Recipient(
                    account_id=account.id, phone=phone, country=country, consent=Consent.GIVEN
                )
                for country, phone in PEOPLE.items()
            )
            route = defaults.default_route()
            session.add(Price(route_id=route.id, country="IN", amount=300, currency="EUR"))
    draft = Draft(text=words, sender=sender.public_id if sender else "", everyone=True)
    return drafts.create(account, draft, "")


def launched(account: Account, sender: Sender | None, words: str = OFFER) -> Campaign:
    campaign = campaign_of(account, sender, words)
    launch.launch(campaign, audience.estimate(campaign).total)
    return campaign


def problem_of(campaign: Campaign) -> LaunchProblem | None:
    try:
        launch.launch(campaign, audience.estimate(campaign).total)
    except LaunchError as error:
        return error.code
    return None


def seen(campaign: Campaign) -> dict[str, tuple[str, str]]:
    rows = db.session.scalars(select(Message).where(Message.campaign_id == campaign.id))
    return {row.country: (row.sender, row.reason) for row in rows}


def test_a_name_is_asked_for_checked_and_decided(account: Account) -> None:
    flowers = requests.ask(account, "Kwiaty Ani", SAID, "user")
    police = requests.ask(account, "P0licja", SAID, "user")
    assert (police.held_as, police.protected_name) == ("authority", "Policja")
    with pytest.raises(requests.NameTaken):
        requests.ask(account, "KWIATY ANI", SAID, "user")
    with pytest.raises(requests.NotAName):
        requests.ask(account, "Żółw", SAID, "user")
    assert [row.sender.id for row, _ in decisions.waiting()] == [police.id, flowers.id]
    assert decisions.count_waiting() == 2
    with pytest.raises(decisions.EvidenceMissing):
        decisions.approve(police.id, "", [], "admin")
    decisions.refuse(police.id, "You are no police", "admin")
    with pytest.raises(decisions.NotWaiting):
        decisions.refuse(police.id, "Again", "admin")
    decisions.approve(flowers.id, "", ["IT"], "admin")
    assert [row.sender.name for row in requests.approved(account.id)] == ["Kwiaty Ani"]
    with pytest.raises(requests.Decided):
        requests.withdraw(flowers, "user")
    again = requests.ask(account, "P0licja", SAID, "user")  # the refused request makes room
    requests.withdraw(again, "user")
    assert [row.status for row in requests.of_account(account.id)] == [SenderStatus.APPROVED]
    subjects = list(db.session.scalars(select(Email.subject).order_by(Email.id)))
    assert "The sender name P0licja was refused" in subjects
    assert "You can send as Kwiaty Ani now" in subjects
    assert sum("waits for you" in subject for subject in subjects) == 3
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions[:4] == ["sender.ask", "sender.ask", "sender.refuse", "sender.approve"]


def test_only_so_many_names_wait_at_a_time(account: Account) -> None:
    for number in range(requests.MOST_OPEN):
        requests.ask(account, f"Kwiaty {number}", SAID, "user")
    with pytest.raises(requests.TooMany):
        requests.ask(account, "Kwiaty Ani", SAID, "user")
    decisions.refuse(requests.of_account(account.id)[0].sender.id, "No", "admin")
    requests.ask(account, "Kwiaty Ani", SAID, "user")


def test_each_country_sees_what_is_possible_there(account: Account) -> None:
    campaign = launched(account, approved(account, countries="IT"))
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
    assert seen(campaign) == {
        "PL": ("Kwiaty Ani", ""),
        "US": (defaults.SENDER, ""),
        "IN": ("", "no_names"),
        "IT": ("Kwiaty Ani", ""),
        "CZ": ("", "not_registered"),
        "HU": ("Kwiaty Ani", ""),
        "BR": ("", "no_price"),
    }
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    exceptions = on_top.exceptions(["PL", "US", "HU", "BR"])
    assert (exceptions.number, exceptions.perhaps_other) == (["US"], ["HU", "BR"])


def test_without_a_name_everybody_sees_the_number(account: Account) -> None:
    campaign = launched(account, None)
    preparation.prepare(campaign.id)
    assert {sender for sender, reason in seen(campaign).values() if not reason} == {defaults.SENDER}
    text = db.session.scalars(select(Message.text).where(Message.country == "PL")).one()
    assert text.endswith("Reply STOP to opt out")


def test_a_line_that_cannot_work_does_not_leave(account: Account) -> None:
    sender = approved(account)
    campaign = campaign_of(account, sender, "Tulips today. STOP")
    with transaction():
        campaign.opt_out_line = False
    assert problem_of(campaign) == LaunchProblem.NAME_NEEDS_WAY_OUT
    assert campaign.status == CampaignStatus.DRAFT
    with transaction():
        campaign.kind = CampaignKind.SERVICE
    assert problem_of(campaign) is None
    with_way_out = launched(account, sender)
    preparation.prepare(with_way_out.id)
    query = select(Message.text).where(
        Message.campaign_id == with_way_out.id, Message.country == "PL"
    )
    text = db.session.scalars(query).one()
    assert text.startswith(f"{OFFER}\nOpt out: https://")


def test_a_route_with_a_name_of_its_own_cannot_be_answered_either(account: Account) -> None:
    with transaction():
        route = defaults.default_route()
        route.sender_kind, route.sender = SenderKind.NAME, "PromoSMS"
    campaign = campaign_of(account, None)
    assert problem_of(campaign) is None
    preparation.prepare(campaign.id)
    assert {sender for sender, reason in seen(campaign).values() if not reason} == {"PromoSMS"}
    text = db.session.scalars(select(Message.text).where(Message.country == "PL")).one()
    assert "STOP" not in text.removeprefix(OFFER)
    assert "/l/" in text


def test_nothing_starts_under_a_name_that_is_not_approved(account: Account) -> None:
    waiting = requests.ask(account, "Kwiaty Ani", SAID, "user")
    assert problem_of(campaign_of(account, waiting)) == LaunchProblem.NAME_GONE
    sender = approved(account, "Kwiaty 2")
    reviewed = campaign_of(account, sender)
    price = audience.estimate(reviewed).total
    decisions.revoke(sender.id, "Somebody else's", "admin")
    with pytest.raises(LaunchError) as caught:
        launch.launch(reviewed, price)
    assert caught.value.code == LaunchProblem.NAME_GONE
    with pytest.raises(LaunchError):
        own_test.send(reviewed, "+48601111111")
    with transaction():
        defaults.default_route().names = False
    other = campaign_of(account, approved(account, "Kwiaty 3"))
    assert problem_of(other) == LaunchProblem.NAME_NOT_ON_ROUTE


def test_a_name_that_is_taken_back_stops_what_is_prepared_and_sent(account: Account) -> None:
    sender = approved(account)
    sending, preparing, half = (launched(account, sender) for _ in range(3))
    preparation.prepare(sending.id)
    assert preparation.prepare(half.id, seconds=0) == CampaignStatus.PREPARING
    decisions.revoke(sender.id, "Somebody else's", "admin")
    assert preparation.prepare(preparing.id) == CampaignStatus.BLOCKED
    assert preparation.prepare(half.id) == CampaignStatus.BLOCKED
    db.session.expire_all()
    assert (sending.status, preparing.status) == (CampaignStatus.PAUSED, CampaignStatus.BLOCKED)
    for campaign in (sending, preparing, half):
        with pytest.raises(LaunchError) as caught:
            launch.resume(campaign)
        assert caught.value.code == LaunchProblem.NAME_GONE
    decisions.approve(sender.id, "It is theirs after all", [], "admin")
    for campaign in (sending, preparing, half):
        launch.resume(campaign)
    assert preparation.prepare(half.id) == CampaignStatus.SENDING
    assert preparation.prepare(preparing.id) == CampaignStatus.SENDING
    assert len(seen(half)) == len(PEOPLE)


def test_the_end_of_a_preparation_sees_that_a_name_was_taken_back(account: Account) -> None:
    sender = approved(account)
    campaign = launched(account, sender)
    assert preparation.prepare(campaign.id, seconds=0) == CampaignStatus.PREPARING
    decisions.revoke(sender.id, "Somebody else's", "admin")
    assert preparation._open(campaign.id, campaign.cursor) == CampaignStatus.BLOCKED
    db.session.refresh(account)
    assert account.held == 0


def test_a_copy_keeps_the_sender_and_strangers_cannot_choose_it(
    account: Account, cast: Cast
) -> None:
    sender = approved(account)
    campaign = campaign_of(account, sender)
    assert drafts.duplicate(campaign, "Copy").sender_id == sender.id
    assert drafts.last_sender(account).sender == sender.public_id
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    assert campaign_of(stranger, sender).sender_id is None
    decisions.revoke(sender.id, "No", "admin")
    assert drafts.last_sender(account).sender == ""
    assert repeats.original(campaign) is None


def test_a_route_is_chosen_only_if_it_is_offered(account: Account) -> None:
    with transaction() as session:
        route = Route(code="fast", name="Fast", sender="71234", flash=True)
        session.add(route)
    draft = Draft(text="Hi", route="fast", everyone=True)
    assert drafts.create(account, draft, "").route_id == defaults.default_route().id
    with transaction():
        route.offered = True
    campaign = drafts.create(account, draft, "")
    assert campaign.route_id == route.id
    with transaction():
        route.offered = False
    drafts.update(campaign, draft, drafts.stamp(campaign))  # it may be kept
    assert campaign.route_id == route.id
    assert drafts.read(campaign).route == "fast"


def test_the_phone_shows_the_name_and_that_it_is_flash(
    app: Flask, cast: Cast, settle: Settle
) -> None:
    with app.app_context():
        owner = db.session.get_one(Account, cast.owner.account_id)
        with transaction():
            defaults.default_route().flash = True
        launched(owner, approved(owner))
        db.session.remove()
    settle()
    with app.app_context():
        (shown,) = simulated_phone.texts(PEOPLE["PL"])
        assert (shown.other, shown.flash) == ("Kwiaty Ani", True)


def test_the_database_lets_no_page_of_a_customer_decide(app: Flask, account: Account) -> None:
    sender = requests.ask(account, "Kwiaty Ani", SAID, "user")
    if on_sqlite():
        return
    account_id = account.id
    for statement in (
        "INSERT INTO sender_decisions (sender_id, account_id, status, reason, evidence, countries,"
        f" by, decided_at) VALUES ({sender.id}, {account_id}, 'approved', '', '', '', '', now())",
        f"UPDATE senders SET held_as = '' WHERE id = {sender.id}",
    ):
        with app.test_request_context("/"):
            row_security.restrict_to(account_id)
            assert request.path == "/"
            with pytest.raises(DBAPIError, match="permission denied"), transaction() as session:
                session.execute(text(statement))
            db.session.remove()
