"""Recipient counts are those of the recipients, whoever changes what, and in which order."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import nightly
from promosms.models import (
    FOLDED,
    Account,
    Consent,
    ListRecipient,
    Recipient,
    RecipientCount,
    RecipientList,
    Suppression,
    SuppressionSource,
    new_public_id,
    table_of,
)
from promosms.services.privacy import erase_recipient, erasure
from promosms.services.recipients import counts, lists, recipients, suppression_list
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support.cast import Cast

PEOPLE, LISTED = table_of(Recipient), table_of(ListRecipient)
SUPPRESSED, COUNTS = table_of(Suppression), table_of(RecipientCount)
PHONES = tuple(f"+4860120000{n}" for n in range(5))
NUMBERS = st.sampled_from(PHONES)
LISTS = st.sampled_from([1, 2])
COUNTRIES = st.sampled_from(["PL", "GB"])
CONSENTS = st.sampled_from(list(Consent))
SOURCES = st.sampled_from(["held", "keyword", "hand"])
STEPS = st.one_of(
    st.tuples(st.just("import"), st.lists(NUMBERS, max_size=4, unique=True), COUNTRIES, CONSENTS),
    st.tuples(st.just("change"), NUMBERS, COUNTRIES, CONSENTS),
    st.tuples(st.just("renumber"), NUMBERS, NUMBERS),
    st.tuples(st.just("delete"), st.lists(NUMBERS, max_size=3)),
    st.tuples(st.just("put"), LISTS, st.lists(NUMBERS, max_size=4)),
    st.tuples(st.just("take off"), LISTS, st.lists(NUMBERS, max_size=4)),
    st.tuples(st.just("delete list"), LISTS),
    st.tuples(st.just("suppress"), st.lists(NUMBERS, max_size=3, unique=True), SOURCES),
    st.tuples(st.just("decide"), NUMBERS, SOURCES),
    st.tuples(st.just("lift"), st.lists(NUMBERS, max_size=3)),
    st.tuples(st.just("fold")),
)
EVERYBODY = 0
Counted = Counter[tuple[int, int, str, str, str]]


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def stored() -> Counted:
    """What the database has counted."""
    counted: Counted = Counter()
    for account_id, list_id, country, consent, standing, _part, people in db.session.execute(
        select(COUNTS)
    ):
        counted[account_id, list_id, country, consent, standing] += people
    return Counter({key: people for key, people in counted.items() if people})


def counted_again() -> Counted:
    """What the rows say, one by one."""
    sources = {
        (account_id, phone): "held" if source == "held" else "out"
        for account_id, phone, source in db.session.execute(
            select(SUPPRESSED.c.account_id, SUPPRESSED.c.phone, SUPPRESSED.c.source)
        )
    }
    on_lists: dict[int, list[int]] = {}
    for list_id, recipient_id in db.session.execute(
        select(LISTED.c.list_id, LISTED.c.recipient_id)
    ):
        on_lists.setdefault(recipient_id, []).append(list_id)
    counted: Counted = Counter()
    columns = (PEOPLE.c[name] for name in ("id", "account_id", "phone", "country", "consent"))
    for id_, account_id, phone, country, consent in db.session.execute(select(*columns)):
        for list_id in (EVERYBODY, *on_lists.get(id_, [])):
            standing = sources.get((account_id, phone), "")
            counted[account_id, list_id, country, consent, standing] += 1
    return counted


def right() -> bool:
    """Are the counts those of the rows? There must be some, or it would say nothing."""
    db.session.expire_all()
    return stored() == counted_again()


class Statements:
    """Changes by plain statements on many rows, as somebody might write who knows of no counts."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self.import_(list(PHONES[:3]), "PL", Consent.GIVEN)
        self.import_([PHONES[3]], "GB", Consent.NONE)
        self.put_(1, list(PHONES[:3]))
        self.put_(2, list(PHONES[2:]))
        self.suppress_([PHONES[0]], "held")
        self.suppress_([PHONES[2], PHONES[4]], "keyword")

    def make_list(self, list_id: int) -> None:
        row = {"id": list_id, "account_id": self.account_id, "name": f"L{list_id}", "size": 0}
        db.session.execute(
            upsert.insert(RecipientList)
            .values(**row, public_id=new_public_id())
            .on_conflict_do_nothing()
        )

    def ids(self, phones: list[str]) -> list[int]:
        query = select(PEOPLE.c.id).where(PEOPLE.c.phone.in_(phones))
        return list(db.session.scalars(query))

    def do(self, what: str, *args: Any) -> None:
        act: Callable[..., None] = getattr(self, what.replace(" ", "_") + "_")
        act(*args)

    def import_(self, phones: list[str], country: str, consent: str) -> None:
        if phones:
            rows = [
                {
                    "public_id": new_public_id(),
                    "account_id": self.account_id,
                    "phone": phone,
                    "country": country,
                    "consent": consent,
                }
                for phone in phones
            ]
            added = upsert.insert(Recipient).values(rows)
            db.session.execute(
                added.on_conflict_do_update(
                    index_elements=["account_id", "phone"],
                    set_={name: added.excluded[name] for name in ("country", "consent")},
                )
            )

    def change_(self, phone: str, country: str, consent: str) -> None:
        of = update(PEOPLE).where(PEOPLE.c.phone == phone)
        db.session.execute(of.values(country=country, consent=consent))

    def renumber_(self, old: str, new: str) -> None:
        if not self.ids([new]):
            db.session.execute(update(PEOPLE).where(PEOPLE.c.phone == old).values(phone=new))

    def delete_(self, phones: list[str]) -> None:
        db.session.execute(delete(PEOPLE).where(PEOPLE.c.phone.in_(phones)))

    def put_(self, list_id: int, phones: list[str]) -> None:
        self.make_list(list_id)
        rows = [
            {"list_id": list_id, "recipient_id": id_, "account_id": self.account_id}
            for id_ in self.ids(phones)
        ]
        if rows:
            added = upsert.insert(ListRecipient).values(rows)
            db.session.execute(added.on_conflict_do_nothing())

    def take_off_(self, list_id: int, phones: list[str]) -> None:
        on_list = LISTED.c.list_id == list_id, LISTED.c.recipient_id.in_(self.ids(phones))
        db.session.execute(delete(LISTED).where(*on_list))

    def delete_list_(self, list_id: int) -> None:
        db.session.execute(text("DELETE FROM lists WHERE id = :id"), {"id": list_id})

    def suppress_(self, phones: list[str], source: str) -> None:
        if phones:
            rows = [
                {
                    "public_id": new_public_id(),
                    "account_id": self.account_id,
                    "phone": phone,
                    "source": source,
                }
                for phone in phones
            ]
            db.session.execute(upsert.insert(Suppression).values(rows).on_conflict_do_nothing())

    def decide_(self, phone: str, source: str) -> None:
        of = update(SUPPRESSED).where(SUPPRESSED.c.phone == phone)
        db.session.execute(of.values(source=source))

    def lift_(self, phones: list[str]) -> None:
        db.session.execute(delete(SUPPRESSED).where(SUPPRESSED.c.phone.in_(phones)))

    def fold_(self) -> None:
        counts.fold()


class Undone(Exception):
    """Ends a transaction, as a kill would."""


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is not committed."""
    with suppress(Undone), transaction():
        yield
        raise Undone


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
@example(steps=[("decide", PHONES[0], "keyword")])
@example(steps=[("decide", PHONES[2], "held")])
def test_they_are_right_after_any_statements(account: Account, steps: list[Any]) -> None:
    account_id = account.id
    with undone():
        statements = Statements(account_id)
        for step in steps:
            statements.do(*step)
            assert stored() == counted_again(), step
    assert not stored()


def person(
    account: Account, number: int, list_ids: tuple[int, ...] = (), **basis: Any
) -> Recipient:
    return recipients.add(account, {"phone": PHONES[number]}, Basis(**basis), list_ids)


def test_they_are_right_after_each_service(account: Account, cast: Cast) -> None:
    account_id, agreed = account.id, Basis(Consent.GIVEN, "card")
    first, second = lists.create(account_id, "First"), lists.create(account_id, "Second")
    people = [
        recipients.add(account, {"phone": phone}, Basis(), [first.id]) for phone in PHONES[:4]
    ]
    assert right()
    recipients.change(people[0], "PL", {"phone": PHONES[4]}, agreed, [first.id, second.id])
    assert right()
    lists.put(second, [one.id for one in people])
    lists.take_off(first, [people[1].id])
    assert right()
    suppression_list.add(account_id, "PL", [PHONES[1], PHONES[4], "+48601999999"])
    opt_outs.opt_out(account_id, PHONES[2], SuppressionSource.HELD)
    opt_outs.opt_out_all(account_id, [PHONES[2], PHONES[3]], SuppressionSource.IMPORT)
    assert right()
    of_number = suppression_list.of_number(account_id, PHONES[1])
    assert of_number
    assert suppression_list.lift(of_number)
    assert opt_outs.lift(account_id, PHONES[3])
    assert right()
    assert erase_recipient.erase(account, people[3], "owner")
    assert right()
    recipients.delete_many(account_id, [people[2].public_id])
    assert right()
    lists.delete_list(second)
    assert right()
    everybody, listed = counts.of(account_id), counts.of(account_id, first)
    assert sorted(everybody) == [("PL", "given", "out", 1), ("PL", "none", "", 1)]
    assert listed == [("PL", "given", "out", 1)]
    counts.fold()
    assert right()
    assert counts.of(account_id) == everybody
    assert set(db.session.scalars(select(COUNTS.c.part))) == {FOLDED}


def test_nothing_is_counted_by_a_transaction_that_ends_early(account: Account) -> None:
    person(account, 0)
    before = stored()
    with undone():
        person(account, 1)
        opt_outs.opt_out(account.id, PHONES[0], SuppressionSource.HAND)
        assert stored() != before
    assert stored() == before == counted_again()


def test_they_belong_to_one_account(account: Account, cast: Cast) -> None:
    theirs = db.session.get_one(Account, cast.stranger.account_id)
    person(account, 0)
    for number in range(3):
        person(theirs, number)
    opt_outs.opt_out(theirs.id, PHONES[0], SuppressionSource.HAND)
    assert counts.of(account.id) == [("PL", "none", "", 1)]
    assert right()
    other = lists.create(theirs.id, "Theirs")
    assert counts.of(account.id, other) == []


def test_an_erased_account_leaves_none(account: Account) -> None:
    account_id = account.id
    target = lists.create(account_id, "Guests")
    for number in range(4):
        person(account, number, (target.id,))
    opt_outs.opt_out(account_id, PHONES[0], SuppressionSource.HAND)
    erasure.begin(account_id, "owner")
    while erasure.erase(account_id):
        pass
    db.session.expire_all()
    assert db.session.get(Account, account_id) is None
    assert not stored()


def test_the_night_corrects_them_and_says_so(
    account: Account, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = db.session.get_one(Account, cast.stranger.account_id)
    for number in range(3):
        person(account, number)
        person(theirs, number)
    night = nightly.NIGHTLY[counts.NAME]
    assert night({}, lambda: False) is None
    assert "recipient_counts.mended" not in caplog.messages
    with transaction() as session:
        session.execute(update(COUNTS).values(people=COUNTS.c.people + 5))
        wrong = {"list_id": 7, "country": "GB", "consent": "given", "standing": "", "part": 0}
        session.execute(insert(COUNTS).values(account_id=account.id, people=2, **wrong))
    assert not right()
    place = night({}, lambda: True)
    while place is not None:
        place = night(place, lambda: True)
    assert right()
    assert caplog.messages.count("recipient_counts.mended") == 2
