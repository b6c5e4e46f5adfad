"""What a text would cost its whole audience, while it is being written."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Consent,
    Gateway,
    Guest,
    ListRecipient,
    Price,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import audience, drafts, live_estimate, live_groups
from promosms.services.campaigns.drafts import Draft
from promosms.services.installation import defaults
from promosms.services.sending.opt_outs import OPTED_OUT
from tests.support.cast import Cast
from tests.support.guests import confirmed

# Phone, country, first name and consent of recipients; a part costs 0.03 in Poland.
PEOPLE = (
    ("+48601000001", "PL", "Ola", True),
    ("+48601000002", "PL", "Ola", True),
    ("+48601000003", "PL", "Łucja", True),
    ("+48601000004", "PL", "Żaneta", True),
    ("+48601000005", "PL", "", True),
    ("+48601000006", "PL", "Jan", False),
    ("+48601000007", "PL", "Ewa", True),
    ("+447400100001", "GB", "Zoë", True),
)
OUT = "+48601000007"
LETTERS = "a" * 66  # with a name and an accent: 70 fit into a text, 160 without


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account with these recipients; the first three are on a list."""
    account_id = cast.owner.account_id
    with transaction() as session:
        rows = [
            Recipient(
                account_id=account_id,
                phone=phone,
                country=country,
                first_name=name,
                consent=Consent.GIVEN if agreed else Consent.NONE,
            )
            for phone, country, name, agreed in PEOPLE
        ]
        some = RecipientList(account_id=account_id, name="Some", public_id="some", size=3)
        other = Recipient(account_id=cast.stranger.account_id, phone="+48601000009", country="PL")
        out = Suppression(account_id=account_id, phone=OUT, source=SuppressionSource.KEYWORD)
        session.add_all([*rows, some, other, out])
        session.flush()
        session.add_all(
            ListRecipient(list_id=some.id, recipient_id=row.id, account_id=account_id)
            for row in rows[:3]
        )
    return db.session.get_one(Account, account_id)


def draft(text: str, **changes: Any) -> Draft:
    return replace(Draft(text=text, opt_out_line=False, everyone=True), **changes)


@pytest.mark.parametrize("most_read", [20_000, 0])
@pytest.mark.parametrize("everyone", [True, False])
@pytest.mark.parametrize("plain_details", [True, False])
@pytest.mark.parametrize("text", ["Hi", "Hi {first_name|you} " + LETTERS, "{first_name}"])
def test_it_says_what_the_review_will_say(
    account: Account,
    text: str,
    plain_details: bool,
    everyone: bool,
    most_read: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With 0 the people are counted, and their details are those of some: here, of all.
    monkeypatch.setattr(live_groups, "MOST_READ", most_read)
    typed = draft(
        text, plain_details=plain_details, everyone=everyone, lists=[] if everyone else ["some"]
    )
    live = live_estimate.estimate(account, typed)
    review = audience.estimate(drafts.create(account, typed, ""))
    assert (live.people, live.price, dict(live.left_out)) == (
        review.recipients,
        review.total,
        review.skipped,
    )
    assert live.exact == (most_read > 0 or text == "Hi")
    assert live.counted


def agrees(account: Account, text: str) -> live_estimate.LiveEstimate:
    """Is the live sentence that of the review?"""
    live = live_estimate.estimate(account, draft(text))
    review = audience.estimate(drafts.create(account, draft(text), ""))
    assert (live.people, live.price) == (review.recipients, review.total)
    assert dict(live.left_out) == review.skipped
    return live


def test_prices_of_single_prefixes_count(account: Account) -> None:
    route = defaults.default_route().id
    with transaction() as session:
        session.query(Price).filter_by(country="GB").delete()  # there is a price for one network
        for country, prefix, amount in (("PL", "48601", 500), ("GB", "447400", 700)):
            session.add(
                Price(route_id=route, country=country, prefix=prefix, amount=amount, currency="EUR")
            )
    live = agrees(account, "Hi {first_name}")
    assert live.price == 5 * 500 + 700
    assert live.left_out[audience.NO_PRICE] == 0


def test_on_trial_only_guests_count(account: Account) -> None:
    with transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
        session.execute(update(Account).values(approved_at=None))
    confirmed(account, "+48601000001")
    for phone in ("+48601000003", OUT):  # asked; the latter has opted out of these texts
        with transaction() as session:
            session.add(Guest(account_id=account.id, phone=phone))
    live = agrees(account, "Hi {first_name}")
    assert live.people == 1
    assert live.left_out == {trial.UNCONFIRMED: 1, OPTED_OUT: 1, trial.SKIPPED: len(PEOPLE) - 3}


def test_names_that_make_texts_dearer_are_found_in_the_whole_audience(account: Account) -> None:
    live = live_estimate.estimate(account, draft("Hi {first_name}, " + LETTERS))
    # Łucja and Żaneta: two texts instead of one. Zoë has ë, which costs as much.
    assert (live.people, live.fewest, live.most) == (6, 1, 2)
    assert live.dear.people == 3
    assert sorted(live.dear.values) == ["Zoë", "Łucja", "Żaneta"]
    saved = live_estimate.estimate(
        account, draft("Hi {first_name}, " + LETTERS, plain_details=True)
    )
    assert live.price - saved.price == live.dear.extra == saved.dear.extra
    assert (saved.most, saved.dear.people) == (1, 3)


def test_accents_that_cost_nothing_are_not_named(account: Account) -> None:
    assert live_estimate.estimate(account, draft("Hi {first_name}")).dear.people == 0
    # The text itself has a special letter: plain names would save nothing.
    assert live_estimate.estimate(account, draft("Ł {first_name}" + LETTERS)).dear.people == 0


def test_the_dearest_and_the_longest_text_are_true_cases(account: Account) -> None:
    with transaction():
        db.session.query(Recipient).filter_by(phone=PEOPLE[0][0]).update(
            {"first_name": "Bartholomew" * 3}
        )
    live = live_estimate.estimate(account, draft("{first_name}" + LETTERS))
    assert live.longest == "Bartholomew" * 3 + LETTERS
    assert live.dearest in {name + LETTERS for name in ("Łucja", "Żaneta", "Zoë")}


def test_of_many_people_all_are_counted_and_some_are_read(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_groups, "MOST_READ", len(PEOPLE) - 1)
    monkeypatch.setattr(live_groups, "BLOCKS", 2)
    monkeypatch.setattr(live_groups, "BLOCK", 1)
    live = live_estimate.estimate(account, draft("{first_name}"))
    review = audience.estimate(drafts.create(account, draft("{first_name}"), ""))
    assert (live.exact, live.read, live.counted) == (False, 2, True)
    # Of the two who are read, the names of both make a text: somebody has none.
    assert (live.people, live.left_out[OPTED_OUT]) == (review.recipients + 1, 1)
    assert live.everybody == len(PEOPLE)
    monkeypatch.setattr(live_groups, "MOST_READ", len(PEOPLE))
    assert live_estimate.estimate(account, draft("{first_name}")).exact


def on_list(account: Account, name: str, first: int, last: int) -> None:
    with transaction() as session:
        new = RecipientList(account_id=account.id, name=name, public_id=name, size=last - first)
        session.add(new)
        session.flush()
        rows = session.query(Recipient).filter_by(account_id=account.id).order_by(Recipient.id)
        session.add_all(
            ListRecipient(list_id=new.id, recipient_id=row.id, account_id=account.id)
            for row in rows[first:last]
        )


@pytest.mark.parametrize("read_all", [True, False])
def test_who_is_on_two_lists_is_counted_once(
    account: Account, read_all: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_list(account, "many", 1, 8)
    on_list(account, "few", 5, 7)
    typed = draft("Hi", everyone=False, lists=["few", "some", "many"])
    review = audience.estimate(drafts.create(account, typed, ""))
    monkeypatch.setattr(live_groups, "MOST_READ", 0)
    if not read_all:  # two lists are long: their people are taken to be like some of them
        monkeypatch.setattr(live_groups, "BLOCKS", 1)
        monkeypatch.setattr(live_groups, "BLOCK", 2)
    live = live_estimate.estimate(account, typed)
    assert live.counted == read_all
    if read_all:
        assert (live.people, live.price) == (review.recipients, review.total)
        assert dict(live.left_out) == review.skipped
        assert live.exact
    else:  # one of the first two on `some` is on `many`, so half of its three are
        assert live.everybody == 7 + 1 or live.everybody == 7 + 2
    assert [live_estimate.person(account, typed, n) for n in range(2)] == [
        live_estimate.person(account, draft("Hi"), n) for n in range(2)
    ]


def test_one_person_after_the_other_is_shown(account: Account) -> None:
    shown = [live_estimate.person(account, draft("Hi {first_name|you}"), n) for n in range(7)]
    assert [person.text for person in shown if person] == [
        *("Hi Ola", "Hi Ola", "Hi Łucja", "Hi Żaneta", "Hi you", "Hi Zoë", "Hi Ola"),
    ]
    assert live_estimate.person(account, draft("Hi", everyone=False), 0) is None
