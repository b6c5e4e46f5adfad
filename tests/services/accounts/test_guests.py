"""Guests: few places, given to mobile numbers whose people agree, not passed on within a day."""

import contextlib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AccountStatus,
    Guest,
    Message,
    Recipient,
    Role,
    Route,
    SuppressionSource,
    TextRefusal,
    User,
    now,
)
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.accounts import guests
from promosms.services.inbox import gateway_inbox
from promosms.services.sending import opt_outs, trial_numbers
from promosms.sms import segments
from promosms.sms.phone import InvalidPhone
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.guests import code_of, confirmed, sent_text
from tests.support.settings import override


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account."""
    return db.session.get_one(Account, cast.owner.account_id)


def test_a_number_in_the_national_format_of_the_account_is_added_once(
    account: Account,
) -> None:
    first = guests.add(account, " 601 222 001 ")
    assert first.phone == "+48601222001"
    assert guests.add(account, "+48601222001").id == first.id
    assert [guest.phone for guest in guests.of(account.id)] == ["+48601222001"]
    assert guests.free(account.id) == 4


@pytest.mark.parametrize("typed", ["", "abc", "12", "+48221234567", "+48601222001, +48601222002"])
def test_it_refuses_what_is_no_mobile_number(account: Account, typed: str) -> None:
    with pytest.raises(InvalidPhone):
        guests.add(account, typed)
    assert guests.of(account.id) == []


def test_ones_own_number_needs_no_place(account: Account) -> None:
    with pytest.raises(guests.OwnNumber):
        guests.add(account, "+48601000102")
    guests.add(account, "+48601000103")  # the number of a stranger is nothing special


def test_a_place_stays_taken_for_a_day(account: Account) -> None:
    added = [confirmed(account, f"+4860122200{n}") for n in range(5)]
    with pytest.raises(guests.Full) as caught:
        guests.add(account, "+48601222009")
    assert caught.value.free_at is None
    guests.remove(added[0])
    guests.remove(added[0])
    assert guests.free(account.id) == 0
    with pytest.raises(guests.Full) as caught:
        guests.add(account, "+48601222009")
    assert added[0].removed_at is not None
    assert caught.value.free_at == added[0].removed_at + guests.TAKEN
    with transaction():
        added[0].removed_at = now() - timedelta(hours=24)
    assert guests.free(account.id) == 1
    guests.add(account, "+48601222009")
    phones = [guest.phone for guest in guests.of(account.id)]
    assert phones == [f"+4860122200{n}" for n in (1, 2, 3, 4, 9)]


def test_a_removed_guest_comes_back_to_the_same_place(account: Account) -> None:
    added = [guests.add(account, f"+4860122200{n}") for n in range(5)]
    guests.remove(added[2])
    again = guests.add(account, "+48601222002")
    assert (again.id, again.removed_at, again.confirmed_at) == (added[2].id, None, None)
    assert len(guests.of(account.id)) == 5


def test_the_last_place_is_given_once(app: Flask, account: Account) -> None:
    override(app, trial_guests=1)
    account_id = account.id
    db.session.remove()
    together = Barrier(6)

    def add(number: int) -> None:
        with app.app_context():
            owner_account = db.session.get_one(Account, account_id)
            together.wait()
            with contextlib.suppress(guests.Full):
                guests.add(owner_account, f"+4860122200{number}")
            db.session.remove()

    threads = [Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count()).select_from(Guest)) == 1


def test_places_of_one_account_are_not_those_of_another(account: Account, cast: Cast) -> None:
    other_account = db.session.get_one(Account, cast.stranger.account_id)
    guests.add(other_account, "+48601222001")
    guests.add(account, "+48601222001")
    assert len(guests.of(account.id)) == len(guests.of(other_account.id)) == 1


PHONE = "+48601222001"


def test_a_guest_agrees_with_the_code_of_one_text(account: Account) -> None:
    with transaction():
        account.shop_name = "Café Łódź {name}"
    guest = guests.add(account, PHONE)
    text = sent_text(PHONE)
    assert text == (
        f"PromoSMS: Café Lodz name wants to try texts to your phone. If you agree, tell them the "
        f"code {code_of(PHONE)}. If not, do nothing, or answer STOP."
    )
    assert segments.measure(text).parts == 1
    stored = db.session.scalars(select(Message).where(Message.phone == PHONE)).one()
    assert code_of(PHONE) not in stored.text
    assert (len(code_of(PHONE)), stored.price, stored.campaign_id) == (6, 0, None)
    assert guest.confirmed_at is None
    assert not guests.confirm(guest, wrong(code_of(PHONE)))
    assert guests.confirm(guest, f" {code_of(PHONE)[:3]} {code_of(PHONE)[3:]} ")
    assert guest.confirmed_at is not None
    assert guests.confirm(guest, "")  # the button twice, or the page from before
    assert guests.add(account, PHONE).confirmed_at is not None
    assert texts() == 1


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def texts() -> int:
    return db.session.scalar(select(func.count(Message.id)).where(Message.phone == PHONE)) or 0


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_text_is_one_part_in_every_language(
    account: Account, cast: Cast, language: str
) -> None:
    with transaction() as session:
        account.shop_name = "Ł" * 60
        session.execute(update(User).values(language=language))
    guests.add(account, PHONE)
    assert segments.measure(sent_text(PHONE))[:2] == ("gsm7", 1)
    assert "STOP" in sent_text(PHONE)
    with transaction() as session:
        account.shop_name = ""
        session.execute(update(Route).values(sender="SHOP"))
    guests.add(account, "+48601222002")
    text = sent_text("+48601222002")
    assert "+48601000101" in text  # without a name of the shop
    assert "STOP" not in text  # nobody can answer a name
    assert segments.measure(text)[:2] == ("gsm7", 1)


def test_a_suspended_account_asks_nobody(account: Account) -> None:
    with transaction():
        account.status = AccountStatus.SUSPENDED
    with pytest.raises(guests.Suspended):
        guests.add(account, PHONE)
    assert texts() == 0


def test_after_five_wrong_codes_the_right_one_does_not_count(account: Account) -> None:
    guest = guests.add(account, PHONE)
    for _ in range(guests.MOST_TRIES - 1):
        assert not guests.confirm(guest, wrong(code_of(PHONE)))
    assert guests.can_try(guest)
    assert not guests.confirm(guest, "not a code")
    assert not guests.can_try(guest)
    assert not guests.confirm(guest, code_of(PHONE))
    old = code_of(PHONE)
    guests.add(account, PHONE)  # a new code
    assert not guests.confirm(guest, old) or old == code_of(PHONE)
    assert guests.confirm(guest, code_of(PHONE))


@pytest.mark.parametrize(("minutes", "counts"), [(1439, True), (1441, False)])
def test_a_code_and_its_place_end_after_a_day(
    account: Account, clock: Clock, minutes: int, counts: bool
) -> None:
    guest = guests.add(account, PHONE)
    clock.move(minutes=minutes)
    assert guests.free(account.id) == (4 if counts else 5)
    assert guests.can_try(guest) == counts
    assert guests.confirm(guest, code_of(PHONE)) == counts
    if not counts:
        assert guests.add(account, PHONE).id  # the old row makes room for a new one
        assert texts() == 2


def test_who_presses_the_button_twice_asks_once_and_asks_again_a_minute_later(
    account: Account, clock: Clock
) -> None:
    first = guests.add(account, PHONE)
    assert guests.add(account, PHONE).id == first.id
    assert texts() == 1
    clock.move(seconds=61)
    guests.add(account, PHONE)
    assert texts() == 2
    clock.move(seconds=61)
    guests.add(account, PHONE)
    clock.move(seconds=61)
    with pytest.raises(guests.CodeRefused) as caught:
        guests.add(account, PHONE)
    assert caught.value.problem == PumpingProblem.NUMBER
    assert texts() == 3
    assert guests.confirm(first, code_of(PHONE))  # the refusal has changed nothing


def test_a_number_that_gets_no_code_takes_no_place(app: Flask, account: Account) -> None:
    override(app, registration_countries=("PL",))
    with pytest.raises(guests.CodeRefused) as caught:
        guests.add(account, "+33612345678")  # no country of this service
    assert caught.value.problem == PumpingProblem.COUNTRY
    assert guests.of(account.id) == []
    assert db.session.scalar(select(func.sum(TextRefusal.number))) == 1


def test_the_code_of_a_removed_guest_does_not_count(account: Account) -> None:
    guest = guests.add(account, PHONE)
    guests.remove(guest)
    assert not guests.confirm(guest, code_of(PHONE))
    assert not guests.can_try(guest)
    old = code_of(PHONE)
    guests.add(account, PHONE)
    assert not guests.confirm(guest, old) or old == code_of(PHONE)


def test_who_answers_stop_is_removed_and_never_asked_again(
    account: Account, cast: Cast, clock: Clock
) -> None:
    guest = guests.add(account, PHONE)
    code = code_of(PHONE)
    gateway_id = guests.gateway_of(guest) or 0
    with transaction() as session:
        session.execute(update(Message).values(status="sent"))
        sender = session.scalars(select(Message.sender)).one()
    gateway_inbox.store(gateway_id, [Inbound("r1", PHONE, sender, "STOP")])
    gateway_inbox.apply_batch()
    db.session.refresh(guest)
    assert guest.removed_at is not None
    assert not guests.confirm(guest, code)
    with pytest.raises(guests.Unwilling):
        guests.add(account, PHONE)
    assert guests.free(account.id) == 4
    other = db.session.get_one(Account, cast.stranger.account_id)
    guests.add(other, PHONE)  # one STOP is about one account
    opt_outs.opt_out(other.id, PHONE, SuppressionSource.KEYWORD)
    clock.move(days=29)
    last = third()
    with pytest.raises(guests.Unwilling):
        guests.add(last, PHONE)  # two are enough
    clock.move(days=2)
    guests.add(last, PHONE)
    with pytest.raises(guests.Unwilling):
        guests.add(account, PHONE)


def third() -> Account:
    with transaction() as session:
        account = Account(region="PL", timezone="Europe/Warsaw")
        session.add(account)
        session.flush()
        user = User(account_id=account.id, role=Role.OWNER, email="t@example.com", phone="")
        session.add(user)
    return account


def test_who_was_asked_by_two_others_is_left_in_peace_for_a_day(
    account: Account, cast: Cast, clock: Clock
) -> None:
    guests.add(account, PHONE)
    guests.add(db.session.get_one(Account, cast.stranger.account_id), PHONE)
    last = third()
    with pytest.raises(guests.Unwilling):
        guests.add(last, PHONE)
    clock.move(hours=25)
    guests.add(last, PHONE)


def test_a_user_who_takes_the_number_of_a_guest_may_be_texted_anyway(account: Account) -> None:
    guests.add(account, PHONE)
    with transaction() as session:
        owner = session.scalars(select(User).where(User.phone == "+48601000101")).one()
        owner.phone = PHONE
    assert trial_numbers.unconfirmed(db.session(), account.id) == set()
    assert PHONE in trial_numbers.of(db.session(), account.id)
    assert "+48601000101" not in trial_numbers.of(db.session(), account.id)


def test_it_shows_which_guests_are_recipients(account: Account, cast: Cast) -> None:
    added = [guests.add(account, f"+4860122200{n}") for n in range(2)]
    with transaction() as session:
        session.add(Recipient(account_id=account.id, phone="+48601222000", country="PL"))
        session.add(
            Recipient(account_id=cast.stranger.account_id, phone="+48601222001", country="PL")
        )
    assert guests.recipients(added) == {"+48601222000"}
    assert guests.recipients([]) == set()
