"""Automations: each person is texted once for each occasion, on its day, or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Automation,
    AutomationRun,
    Campaign,
    CampaignStatus,
    Consent,
    Message,
    Recipient,
    RecipientActivity,
)
from promosms.services.automations import run as automation_run
from promosms.services.campaigns import audience, launch, occasions
from promosms.services.campaigns.estimates import Estimate
from promosms.services.recipients import lists
from promosms.services.sending import claiming
from promosms.services.sending.claiming import Claim
from tests.services.automations.conftest import Make, Person, SetClock, texted, tick
from tests.services.sending.conftest import check_books


def test_a_birthday_is_texted_once_on_its_day(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-05-16 12:00")
    ola, jan = person(birthday="1990-05-17"), person(birthday="--05-17")
    person(birthday="1990-05-18")
    person(birthday="1990-05-17", consent=Consent.NONE)
    automation = make("birthday")
    set_clock("2027-05-17 09:59")
    assert tick() == []
    set_clock("2027-05-17 10:00")
    [campaign] = tick()
    assert texted(campaign) == [ola.phone, jan.phone]
    assert (campaign.status, campaign.audience) == (CampaignStatus.SENDING, 2)
    assert tick() == []
    # Whose birthday is moved to the next day has had it this year.
    with transaction():
        ola.birthday, jan.birthday = "1990-05-18", ""
    launch.cancel(campaign)
    set_clock("2027-05-18 10:00")
    [next_day] = tick()
    assert ola.phone not in texted(next_day)
    assert len(texted(next_day)) == 1
    launch.cancel(next_day)
    set_clock("2028-05-17 10:00")  # a year in which it stood still
    automation_run.run(automation.id)
    set_clock("2028-05-18 10:00")
    [next_year] = tick()
    assert ola.phone in texted(next_year)
    check_books(account.id)


def test_joining_a_list_is_texted_once_also_if_somebody_joins_again(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-03-01 09:00")
    group, other = (lists.create(account.id, name) for name in ("Regulars", "Others"))
    old, new, elsewhere = person(), person(), person()
    with transaction() as session:
        lists.put(group, [old.id])
        session.execute(update(lists.ListRecipient).values(joined_at=None))
    make("joined", {"everyone": False, "lists": [group.public_id]}, days=2)
    set_clock("2027-03-01 23:59")
    lists.put(group, [new.id])
    lists.put(other, [elsewhere.id])
    set_clock("2027-03-02 10:00")
    assert tick() == []
    set_clock("2027-03-03 10:00")
    [campaign] = tick()
    assert texted(campaign) == [new.phone]
    lists.take_off(group, [new.id])
    lists.put(group, [new.id, elsewhere.id])
    set_clock("2027-03-04 10:00")
    assert tick() == []
    set_clock("2027-03-05 10:00")
    [campaign] = tick()
    assert texted(campaign) == [elsewhere.phone]


def test_days_without_a_text_are_texted_once_until_another_text(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-03-01 09:00")
    never, texted_one = person(), person()

    def last_text(recipient: Recipient, day: str) -> None:
        set_clock(day)
        with transaction() as session:
            session.merge(
                RecipientActivity(
                    recipient_id=recipient.id, account_id=account.id, texted_at=automation_run.now()
                )
            )

    last_text(texted_one, "2027-03-05 20:00")
    make("no_text", days=10)
    set_clock("2027-03-11 10:00")
    assert tick() == []  # the tenth day without a text is not over
    set_clock("2027-03-12 10:00")
    [campaign] = tick()
    assert texted(campaign) == [never.phone]
    last_text(never, "2027-03-12 10:05")  # that is its own text
    launch.cancel(campaign)
    set_clock("2027-03-16 10:00")
    [campaign] = tick()
    assert texted(campaign) == [texted_one.phone]
    launch.cancel(campaign)
    for day in ("2027-03-28 10:00", "2027-04-16 10:00"):
        set_clock(day)
        assert tick() == []
    last_text(never, "2027-04-20 12:00")
    set_clock("2027-04-30 10:00")
    assert tick() == []
    set_clock("2027-05-01 10:00")
    [campaign] = tick()
    assert texted(campaign) == [never.phone]


def test_a_day_of_the_week_texts_everyone_and_holds_what_it_costs(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-03-05 09:00")  # a Friday
    phones = sorted(person().phone for _ in range(3))
    make("weekly", weekdays="04", clock="18:30")
    set_clock("2027-03-05 18:30")
    [campaign] = tick()
    assert texted(campaign) == phones
    assert campaign.total_price == campaign.agreed_price > 0
    launch.cancel(campaign)
    for day in (6, 7):
        set_clock(f"2027-03-0{day} 18:30")
        assert tick() == []
    set_clock("2027-03-08 18:30")
    [campaign] = tick()
    assert texted(campaign) == phones
    check_books(account.id)


def test_what_was_missed_is_said_and_not_sent(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-05-16 12:00")
    person(birthday="1990-05-17")
    late = [person(birthday="1990-05-19").phone for _ in range(2)]
    automation = make("birthday")
    set_clock("2027-05-19 20:59")  # it stood still for two days, and is late on the third
    [campaign] = tick()
    assert texted(campaign) == late
    # Not one of them leaves in the night: the rest ends at nine, also before the sweep comes.
    gateway_id = db.session.scalar(select(Message.gateway_id))
    assert gateway_id is not None
    set_clock("2027-05-19 21:00")
    assert claiming.take(Claim(gateway_id), 10) == []
    set_clock("2027-05-19 20:59")
    assert len(claiming.take(Claim(gateway_id), 1)) == 1
    set_clock("2027-05-19 21:00")
    assert automation_run.end_late() == 1
    db.session.refresh(campaign)
    assert campaign.status == CampaignStatus.CANCELLED
    person(birthday="1990-05-20")
    set_clock("2027-05-20 21:00")
    assert tick() == []
    runs = db.session.execute(
        select(AutomationRun.day, AutomationRun.outcome, AutomationRun.people)
        .where(AutomationRun.automation_id == automation.id)
        .order_by(AutomationRun.day)
    ).all()
    assert [tuple(row) for row in runs] == [
        (date(2027, 5, 17), "missed", 1),
        (date(2027, 5, 19), "texted", 2),
        (date(2027, 5, 20), "missed", 1),
    ]
    check_books(account.id)


def test_two_runs_at_once_and_a_killed_one_make_one_campaign(
    account: Account,
    person: Person,
    make: Make,
    set_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_clock("2027-05-16 12:00")
    person(birthday="1990-05-17")
    number = make("birthday").id
    set_clock("2027-05-17 10:00")

    def killed(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    for place, name in ((automation_run.copies, "store"), (automation_run, "_note")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, killed)
            with pytest.raises(KeyboardInterrupt):
                automation_run.run(number)
        db.session.remove()
    with monkeypatch.context() as patch:
        patch.setattr(launch, "launch", killed)
        with pytest.raises(KeyboardInterrupt):
            automation_run.run(number)
    db.session.remove()
    assert (
        db.session.scalar(select(func.count(Campaign.id)).where(Campaign.occasion.is_not(None)))
        == 0
    )
    first = automation_run.run(number)
    assert first is not None
    assert automation_run.run(number) is None
    # Even if a later clock of the same day makes it due once more.
    with transaction() as session:
        session.get_one(Automation, number).next_at = automation_run.now() - timedelta(1)
    assert automation_run.run(number) is None
    assert db.session.scalar(select(func.count(AutomationRun.day))) == 1


def test_what_was_changed_while_it_was_counted_sends_nothing(
    account: Account,
    person: Person,
    make: Make,
    set_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its owner pauses it, agrees to another price and switches it on, all between two steps."""
    set_clock("2027-05-16 12:00")
    person(birthday="1990-05-17")
    number = make("birthday").id
    set_clock("2027-05-17 10:00")
    estimate = audience.estimate

    def changed_meanwhile(campaign: Campaign) -> Estimate:
        found = estimate(campaign)
        with transaction() as session:
            automation = session.get_one(Automation, number)
            automation.next_at = automation_run.now() + timedelta(days=1)
        return found

    monkeypatch.setattr(audience, "estimate", changed_meanwhile)
    assert automation_run.run(number) is None
    assert db.session.scalar(select(func.count(AutomationRun.day))) == 0
    sent = select(func.count(Campaign.id)).where(Campaign.occasion.is_not(None))
    assert db.session.scalar(sent) == 0


def test_an_occasion_is_noted_once_whatever_two_campaigns_do(
    person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-05-16 12:00")
    ola, jan = person(birthday="1990-05-17"), person(birthday="1990-05-17")
    make("birthday")
    set_clock("2027-05-17 10:00")
    [campaign] = tick()
    other = Campaign(
        **{name: getattr(campaign, name) for name in ("account_id", "automation_id", "route_id")},
        occasion=date(2027, 5, 16),
    )
    with transaction() as session:
        session.add(other)
        session.flush()
        with session.begin_nested():
            assert occasions.take(session, campaign, [ola.id, jan.id]) == set()
        other.occasion = date(2027, 6, 1)
        assert occasions.take(session, other, [ola.id]) == set()  # the same year
        other.occasion = date(2028, 5, 17)
        assert occasions.take(session, other, [ola.id, jan.id]) == {ola.id, jan.id}
    other.occasion = campaign.occasion
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
