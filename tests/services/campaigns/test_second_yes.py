"""Above an amount of the account, a campaign leaves when two people have agreed to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Price,
    Role,
    User,
    YesRequest,
    now,
)
from promosms.services.campaigns import (
    ab_tests,
    departure,
    drafts,
    launch,
    preparation,
    schedule,
    second_yes,
    yes_requests,
)
from promosms.services.campaigns.guard import Limits
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.campaigns.yes_requests import NobodyElse, NothingAsked
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support import colleagues
from tests.support.cast import Cast

__all__ = ["make_campaign"]
PHONES = [f"+48601299{n:03}" for n in range(100, 104)]
TEXT = 300  # what one text costs here, in 1/10,000
TOTAL = TEXT * len(PHONES)


@pytest.fixture
def account(app: Flask, cast: Cast) -> Iterator[Account]:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        second_yes.choose_limits(account.id, Limits(second_yes_above=TOTAL - 1), "")
        yield account
        db.session.remove()


@pytest.fixture
def draft(account: Account, make_campaign: MakeCampaign) -> Campaign:
    campaign_id = make_campaign(PHONES, launched=False)
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id)


@pytest.fixture
def owner(account: Account, cast: Cast) -> str:
    return db.session.get_one(User, cast.owner.user_id).public_id


@pytest.fixture
def member(account: Account, cast: Cast) -> str:
    return db.session.get_one(User, cast.colleague.user_id).public_id


def ask(campaign: Campaign, by: str) -> None:
    yes_requests.ask(campaign, by, TOTAL, len(PHONES))


def refused(act: Callable[[], object]) -> LaunchProblem:
    with pytest.raises(LaunchError) as error:
        act()
    db.session.rollback()
    return error.value.code


def send(campaign: Campaign, by: str | None, price: int = TOTAL) -> None:
    launch.launch(campaign, price, by=by)


def request() -> YesRequest:
    return db.session.scalars(select(YesRequest)).one()


@pytest.mark.parametrize(("above", "needed"), [(None, False), (TOTAL, False), (TOTAL - 1, True)])
def test_it_is_needed_above_the_amount_only(
    draft: Campaign, owner: str, above: int | None, needed: bool
) -> None:
    second_yes.choose_limits(draft.account_id, Limits(second_yes_above=above), "")
    if needed:
        assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES
        assert draft.status == CampaignStatus.DRAFT
    else:
        send(draft, owner)
        assert draft.status == CampaignStatus.PREPARING


def test_who_asks_cannot_say_yes_and_another_one_can(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    assert refused(lambda: send(draft, member)) == LaunchProblem.SECOND_YES
    send(draft, owner)
    assert draft.status == CampaignStatus.PREPARING
    said = request()
    assert (said.asked_by, said.decided_by, said.state) == (member, owner, "given")
    assert "owner@example.com has said yes" in colleagues.letters()["colleague@example.com"]


@pytest.mark.parametrize("by", ["", "0" * 20])
def test_programs_and_strangers_cannot_say_it(draft: Campaign, member: str, by: str) -> None:
    ask(draft, member)
    assert refused(lambda: send(draft, by)) == LaunchProblem.SECOND_YES


def test_those_who_may_not_send_neither_ask_nor_agree(
    draft: Campaign, cast: Cast, owner: str, member: str
) -> None:
    viewer = db.session.get_one(User, cast.viewer.user_id)
    ask(draft, member)
    assert refused(lambda: send(draft, viewer.public_id)) == LaunchProblem.SECOND_YES
    assert "viewer@example.com" not in colleagues.letters()
    with transaction():
        db.session.get_one(User, cast.colleague.user_id).role = Role.VIEWER
    assert second_yes.of(draft) is None
    assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES


def test_who_cannot_sign_in_is_not_asked(account: Account, draft: Campaign, member: str) -> None:
    invited = colleagues.add(account.id, "not-yet@example.com", password_hash=None)
    ask(draft, member)
    assert "not-yet@example.com" not in colleagues.letters()
    assert refused(lambda: send(draft, invited.public_id)) == LaunchProblem.SECOND_YES


def test_everybody_else_is_told_once(account: Account, draft: Campaign, member: str) -> None:
    colleagues.add(account.id, "third@example.com")
    ask(draft, member)
    for address in ("owner@example.com", "third@example.com"):
        letter = colleagues.letters()[address]
        assert letter.startswith(
            "colleague@example.com asks for your yes: “Campaign without a name”\n"
        )
        assert "to 4 people for €0.12" in letter
        assert f"/campaigns/{draft.public_id}/review" in letter
    assert "colleague@example.com" not in colleagues.letters()
    before = len(colleagues.letters()), request().asked_at
    ask(draft, member)  # the second click
    assert (len(colleagues.letters()), request().asked_at) == before


def test_nobody_is_there_to_ask(account: Account, draft: Campaign, cast: Cast, owner: str) -> None:
    with transaction():
        db.session.get_one(User, cast.colleague.user_id).role = Role.VIEWER
    with pytest.raises(NobodyElse):
        ask(draft, owner)
    db.session.rollback()
    assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES


def _text(draft: Campaign) -> None:
    changed = replace(drafts.read(draft), text="Hello everybody")
    drafts.update(draft, changed, drafts.stamp(draft))


def _audience(draft: Campaign) -> None:
    changed = replace(drafts.read(draft), everyone=False)
    drafts.update(draft, changed, drafts.stamp(draft))


def _kind(draft: Campaign) -> None:
    drafts.update(draft, replace(drafts.read(draft), kind="service"), drafts.stamp(draft))


def _time(draft: Campaign) -> None:
    drafts.plan(draft, f"{now() + timedelta(days=1):%Y-%m-%dT10:00}", "UTC")


def _departure(draft: Campaign) -> None:
    departure.choose(draft, departure.Departure(hours=2))


def _second_text(draft: Campaign) -> None:
    choice = ab_tests.Choice("Hi {first_name|you}", 50, ab_tests.AbMeasure.REPLIED, 1)
    ab_tests.choose(draft, choice)


@pytest.mark.parametrize(
    "change", [_text, _audience, _kind, _time, _departure, _second_text], ids=lambda it: it.__name__
)
def test_what_is_changed_needs_a_new_yes(
    draft: Campaign, owner: str, member: str, change: Callable[[Campaign], None]
) -> None:
    ask(draft, member)
    assert second_yes.of(draft) is not None
    assert [it for _request, it in second_yes.waiting(draft.account_id)] == [draft]
    change(draft)
    assert second_yes.of(draft) is None
    assert second_yes.waiting(draft.account_id) == []
    db.session.rollback()
    begin = schedule.schedule if draft.planned_time else launch.launch
    if draft.everyone:
        assert refused(lambda: begin(draft, TOTAL, by=owner)) == LaunchProblem.SECOND_YES


def test_another_name_and_saving_it_once_more_change_nothing(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    stored = drafts.read(draft)
    drafts.update(draft, replace(stored, name="For us"), drafts.stamp(draft))
    drafts.update(draft, replace(stored, name="For us"), drafts.stamp(draft), autosave=True)
    send(draft, owner)
    assert draft.status == CampaignStatus.PREPARING


def test_the_yes_counts_for_the_price_that_the_second_person_has_seen(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    send(draft, owner, TOTAL + TEXT)
    assert (request().price, draft.agreed_price) == (TOTAL + TEXT, TOTAL + TEXT)


def test_a_no_is_told_with_its_reason_and_ends_the_request(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    yes_requests.refuse(draft, owner, "Too dear for a Tuesday")
    letter = colleagues.letters()["colleague@example.com"]
    assert letter.startswith("owner@example.com has said no: “Campaign without a name”\n")
    assert "Too dear for a Tuesday" in letter
    assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES
    with pytest.raises(NothingAsked):
        yes_requests.refuse(draft, owner, "Again")
    db.session.rollback()
    ask(draft, member)
    assert (request().state, request().why, request().decided_by) == ("asked", "", "")
    send(draft, owner)


def test_only_who_asks_takes_it_back_and_only_others_refuse_it(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    for act in (
        lambda: yes_requests.take_back(draft, owner),
        lambda: yes_requests.refuse(draft, member, ""),
    ):
        with pytest.raises(NothingAsked):
            act()
        db.session.rollback()
    yes_requests.take_back(draft, member)
    assert db.session.scalars(select(YesRequest)).all() == []
    assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES
    with pytest.raises(NothingAsked):
        yes_requests.take_back(draft, member)


def test_another_person_who_asks_takes_the_place_of_the_first(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    ask(draft, owner)
    assert refused(lambda: send(draft, owner)) == LaunchProblem.SECOND_YES
    send(draft, member)


def test_what_cannot_be_sent_anyway_is_not_asked_for(
    account: Account, draft: Campaign, member: str
) -> None:
    with transaction():
        account.status = AccountStatus.SUSPENDED
    assert refused(lambda: ask(draft, member)) == LaunchProblem.SUSPENDED
    with transaction():
        account.status = AccountStatus.ACTIVE
    limits = Limits(per_campaign=TOTAL - 1, second_yes_above=1)
    second_yes.choose_limits(account.id, limits, "")
    assert refused(lambda: ask(draft, member)) == LaunchProblem.CAMPAIGN_LIMIT
    second_yes.choose_limits(account.id, Limits(), "")
    send(draft, member)
    assert refused(lambda: ask(draft, member)) == LaunchProblem.NOT_DRAFT
    assert db.session.scalars(select(YesRequest)).all() == []


def test_one_that_is_planned_needs_it_when_it_is_planned_and_not_when_it_starts(
    draft: Campaign, owner: str, member: str
) -> None:
    _time(draft)
    assert refused(lambda: schedule.schedule(draft, TOTAL, by=member)) == LaunchProblem.SECOND_YES
    ask(draft, member)
    schedule.schedule(draft, TOTAL, by=owner)
    assert draft.status == CampaignStatus.SCHEDULED
    second_yes.choose_limits(draft.account_id, Limits(second_yes_above=1), "")
    schedule.start_now(draft)
    assert draft.status == CampaignStatus.PREPARING


def test_one_that_is_a_draft_again_needs_a_new_yes(
    draft: Campaign, owner: str, member: str
) -> None:
    _time(draft)
    ask(draft, member)
    schedule.schedule(draft, TOTAL, by=owner)
    schedule.edit(draft)
    begin = schedule.schedule
    assert refused(lambda: begin(draft, TOTAL, by=owner)) == LaunchProblem.SECOND_YES


def blocked(draft: Campaign, by: str) -> None:
    """Agreed to by one person for a price below the amount, and dearer when it is prepared."""
    second_yes.choose_limits(draft.account_id, Limits(second_yes_above=TOTAL), "")
    send(draft, by)
    with transaction() as session:
        session.execute(update(Price).where(Price.country == "PL").values(amount=2 * TEXT))
    preparation.prepare(draft.id)
    db.session.rollback()
    db.session.refresh(draft)
    assert (draft.status, draft.total_price) == (CampaignStatus.BLOCKED, 2 * TOTAL)


def test_a_higher_price_needs_it_too(draft: Campaign, owner: str, member: str) -> None:
    blocked(draft, member)
    assert refused(lambda: launch.resume(draft, owner)) == LaunchProblem.SECOND_YES
    yes_requests.ask(draft, member, draft.total_price, 4)
    assert refused(lambda: launch.resume(draft, member)) == LaunchProblem.SECOND_YES
    with transaction():
        draft.total_price = 3 * TOTAL  # it was tried again meanwhile
    assert refused(lambda: launch.resume(draft, owner)) == LaunchProblem.SECOND_YES
    yes_requests.ask(draft, member, draft.total_price, 4)
    launch.resume(draft, owner)
    assert (draft.status, draft.agreed_price) == (CampaignStatus.PREPARING, 3 * TOTAL)


def test_missing_money_needs_no_new_yes(draft: Campaign, owner: str, member: str) -> None:
    ask(draft, member)
    send(draft, owner)
    with transaction() as session:
        session.get_one(Account, draft.account_id).balance = 0
    preparation.prepare(draft.id)
    db.session.rollback()
    db.session.refresh(draft)
    assert (draft.status, draft.missing) == (CampaignStatus.BLOCKED, TOTAL)
    with transaction() as session:
        session.get_one(Account, draft.account_id).balance = TOTAL
    launch.resume(draft, member)
    assert draft.status == CampaignStatus.PREPARING


def test_a_deleted_draft_takes_its_request_with_it(draft: Campaign, member: str) -> None:
    ask(draft, member)
    drafts.remove(draft)
    assert db.session.scalars(select(YesRequest)).all() == []


def test_a_no_that_does_not_count_any_more_goes_with_its_reason(
    draft: Campaign, owner: str, member: str
) -> None:
    ask(draft, member)
    yes_requests.refuse(draft, owner, "Ola from Gdynia has complained")
    second_yes.choose_limits(draft.account_id, Limits(), "")
    send(draft, member)
    assert db.session.scalars(select(YesRequest)).all() == []


def test_the_owners_hear_of_another_amount(account: Account) -> None:
    before = colleagues.letters()["owner@example.com"]
    assert "Before: never" in before
    second_yes.choose_limits(account.id, Limits(second_yes_above=TOTAL - 1), "x@example.com")
    assert colleagues.letters()["owner@example.com"] == before
    second_yes.choose_limits(account.id, Limits(), "x@example.com")
    after = colleagues.letters()["owner@example.com"]
    assert "x@example.com has changed" in after
    assert "Before: €0.1199" in after
    assert "Now: never" in after
