"""An automation pauses itself rather than surprise anybody, and says why, once."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Automation,
    AutomationRun,
    AutomationStatus,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Consent,
    Email,
    Message,
    Price,
    Recipient,
    RouteGateway,
    Sender,
    SuppressionSource,
)
from promosms.services.automations import automations, costs, forecast
from promosms.services.automations import run as automation_run
from promosms.services.automations.automations import NotPossible, When
from promosms.services.campaigns import drafts, guard, preparation
from promosms.services.campaigns.drafts import ChangedElsewhere
from promosms.services.recipients import lists
from promosms.services.sending import opt_outs
from tests.services.automations.conftest import (
    Make,
    Person,
    SetClock,
    switch_on,
    texted,
    tick,
)
from tests.services.sending.conftest import check_books

EVE, DAY = "2027-05-16 12:00", "2027-05-17 10:00"


@pytest.fixture
def wish(person: Person, make: Make, set_clock: SetClock) -> Automation:
    """A birthday text that is on; the first birthday is the next day."""
    set_clock(EVE)
    group = lists.create(person().account_id, "Regulars")
    born = person(birthday="1990-05-17")
    lists.put(group, [born.id])
    return make("birthday", {"everyone": False, "lists": [group.public_id]})


def no_money(wish: Automation) -> None:
    db.session.get_one(Account, wish.account_id).balance = 0


def dearer(_wish: Automation) -> None:
    db.session.execute(update(Price).values(amount=Price.amount + 1))


def no_line(_wish: Automation) -> None:
    db.session.query(RouteGateway).delete()


def suspended(wish: Automation) -> None:
    db.session.get_one(Account, wish.account_id).status = AccountStatus.SUSPENDED


def name_gone(wish: Automation) -> None:
    sender = Sender(account_id=wish.account_id, name="Kwiaty", key="kwiaty")
    db.session.add(sender)
    db.session.flush()
    automations.prototype_of(wish).sender_id = sender.id


def no_list(_wish: Automation) -> None:
    group = db.session.query(lists.RecipientList).one()
    lists.delete_list(group)


def nobody_agreed(_wish: Automation) -> None:
    db.session.execute(update(Recipient).values(consent=Consent.NONE))


def own_limit(wish: Automation) -> None:
    wish.month_limit = 1


def campaign_limit(wish: Automation) -> None:
    guard.choose(wish.account_id, guard.Limits(per_campaign=1))


def month_limit(wish: Automation) -> None:
    guard.choose(wish.account_id, guard.Limits(per_month=1))


def second_yes(wish: Automation) -> None:
    guard.choose(wish.account_id, guard.Limits(second_yes_above=1))


REASONS: dict[str, Callable[[Automation], None]] = {
    "money": no_money,
    "price": dearer,
    "no_gateway": no_line,
    "suspended": suspended,
    "name_gone": name_gone,
    "group_gone": no_list,
    "no_consent": nobody_agreed,
    "own_limit": own_limit,
    "campaign_limit": campaign_limit,
    "month_limit": month_limit,
    "second_yes": second_yes,
}


@pytest.mark.parametrize("reason", REASONS)
def test_it_pauses_itself_with_the_reason_and_one_email(
    wish: Automation, set_clock: SetClock, reason: str
) -> None:
    with transaction():
        REASONS[reason](wish)
    set_clock(DAY)
    assert tick() == []
    assert tick() == []
    db.session.refresh(wish)
    assert (wish.status, wish.stopped_why, wish.next_at) == ("paused", reason, None)
    assert db.session.scalar(select(func.count(AutomationRun.day))) == 0
    assert db.session.scalar(select(func.count(Message.id))) == 0
    emails = db.session.scalars(select(Email.subject)).all()
    assert [subject for subject in emails if "has paused itself" in subject] == [
        "“By itself” has paused itself"
    ]


def test_it_goes_on_when_the_reason_is_gone_and_the_new_price_is_agreed_to(
    wish: Automation, set_clock: SetClock
) -> None:
    with transaction():
        dearer(wish)
    set_clock(DAY)
    assert tick() == []
    switch_on(wish)
    assert wish.stopped_why == ""
    set_clock("2028-05-17 10:00")
    assert len(tick()) == 1
    check_books(wish.account_id)


def test_it_cannot_be_switched_on_with_a_reason_or_for_another_text(
    wish: Automation, account: Account
) -> None:
    prototype = automations.prototype_of(wish)
    seen = drafts.stamp(prototype)
    automations.pause(wish)
    assert (wish.status, wish.stopped_why, automation_run.due()) == ("paused", "", [])
    automations.change(wish, When("birthday"), drafts.read(prototype), seen)
    assert wish.status == AutomationStatus.OFF
    with pytest.raises(ChangedElsewhere):
        automations.switch_on(wish, 10_000, seen)
    with pytest.raises(ChangedElsewhere):
        automations.change(wish, When("birthday"), drafts.read(prototype), seen)
    with transaction():
        prototype.kind, prototype.text = CampaignKind.SERVICE, "20% off, today only"
    with pytest.raises(NotPossible, match="like_promotion"):
        automations.switch_on(wish, 10_000, drafts.stamp(prototype))
    automations.switch_on(wish, 10_000, drafts.stamp(prototype), confirmed_by="somebody")
    assert (wish.status, prototype.service_confirmed_by) == ("on", "somebody")
    assert account.id == wish.account_id


def test_a_campaign_that_was_stopped_stops_the_next_days(
    wish: Automation, person: Person, set_clock: SetClock
) -> None:
    group = db.session.query(lists.RecipientList).one()
    lists.put(group, [person(birthday="--05-18").id])
    set_clock(DAY)
    [campaign] = tick()
    guard.pause(campaign.id, guard.StopReason.WISHES)
    set_clock("2027-05-18 10:00")
    assert tick() == []
    db.session.refresh(wish)
    assert (wish.status, wish.stopped_why) == ("paused", "campaign")
    db.session.refresh(campaign)
    assert campaign.status == CampaignStatus.CANCELLED  # it was too late for a birthday
    switch_on(wish)
    assert wish.status == "on"
    check_books(wish.account_id)


def test_opt_outs_and_consents_count_when_it_is_prepared(
    wish: Automation, person: Person, set_clock: SetClock
) -> None:
    group = db.session.query(lists.RecipientList).one()
    out, stays = person(birthday="--05-17"), person(birthday="--05-17")
    lists.put(group, [out.id, stays.id])
    set_clock(DAY)
    campaign_id = automation_run.run(wish.id)
    assert campaign_id is not None
    opt_outs.opt_out(wish.account_id, out.phone, SuppressionSource.KEYWORD)
    preparation.prepare(campaign_id)
    campaign = db.session.get_one(Campaign, campaign_id)
    assert out.phone not in texted(campaign)
    assert stays.phone in texted(campaign)


def test_a_limit_for_a_month_counts_what_is_set_aside_and_begins_anew(
    wish: Automation, person: Person, set_clock: SetClock
) -> None:
    group = db.session.query(lists.RecipientList).one()
    for birthday in ("--05-18", "--05-19", "--06-01"):
        lists.put(group, [person(birthday=birthday).id])
    price = forecast.of(wish).most
    with transaction():
        wish.month_limit = 2 * price
    for day in (17, 18):
        set_clock(f"2027-05-{day} 10:00")
        assert len(tick()) == 1
        with transaction() as session:  # so that they do not end
            session.execute(update(Campaign).values(ends_at=None))
        assert costs.this_month(wish) == (day - 16) * price
    set_clock("2027-05-19 10:00")
    assert tick() == []
    db.session.refresh(wish)
    assert wish.stopped_why == "own_limit"
    switch_on(wish)
    set_clock("2027-06-01 10:00")
    assert len(tick()) == 1
    assert costs.this_month(wish) == price
    check_books(wish.account_id)


def test_deleting_it_cancels_what_is_on_its_way_and_keeps_the_report(
    wish: Automation, set_clock: SetClock
) -> None:
    account_id = wish.account_id
    set_clock(DAY)
    [campaign] = tick()
    automations.delete(wish)
    db.session.refresh(campaign)
    assert campaign.status == CampaignStatus.CANCELLED
    assert campaign.name == "By itself"
    assert db.session.scalar(select(func.count(Campaign.id))) == 1
    check_books(account_id)


def test_two_workers_at_once_make_one_campaign(
    app: Flask, wish: Automation, set_clock: SetClock
) -> None:
    set_clock(DAY)
    number, launched = wish.id, list[int | None]()
    db.session.remove()
    barrier = threading.Barrier(2)

    def work() -> None:
        with app.app_context():
            barrier.wait()
            launched.append(automation_run.run(number))
            db.session.remove()

    two = [threading.Thread(target=work) for _ in range(2)]
    for thread in two:
        thread.start()
    for thread in two:
        thread.join()
    assert len([one for one in launched if one is not None]) == 1
    assert (
        db.session.scalar(select(func.count(Campaign.id)).where(Campaign.occasion.is_not(None)))
        == 1
    )
