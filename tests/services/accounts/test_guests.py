"""Guests: few places, given to mobile numbers, and not passed on within a day."""

import contextlib
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Guest, Recipient, now
from promosms.services.accounts import guests
from promosms.sms.phone import InvalidPhone
from tests.support.cast import Cast
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
    added = [guests.add(account, f"+4860122200{n}") for n in range(5)]
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
    assert guests.add(account, "+48601222002").removed_at is None
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


def test_it_shows_which_guests_are_recipients(account: Account, cast: Cast) -> None:
    added = [guests.add(account, f"+4860122200{n}") for n in range(2)]
    with transaction() as session:
        session.add(Recipient(account_id=account.id, phone="+48601222000", country="PL"))
        session.add(
            Recipient(account_id=cast.stranger.account_id, phone="+48601222001", country="PL")
        )
    assert guests.recipients(added) == {"+48601222000"}
    assert guests.recipients([]) == set()
