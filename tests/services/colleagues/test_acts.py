"""Acts: an entry is there exactly if the change is, with the name of the person."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Act, EmailAttempt, RecipientList, User, now
from promosms.services.abuse import refusals
from promosms.services.abuse.refusals import PumpingProblem
from promosms.services.auth import people
from promosms.services.colleagues import acts, colleagues
from promosms.services.colleagues.colleagues import Change
from promosms.services.privacy import retention
from promosms.services.recipients import lists
from tests.support.cast import Cast


@pytest.fixture
def owner(context: None, cast: Cast) -> User:
    return db.session.get_one(User, cast.owner.user_id)


def begin(owner: User, what: str = "lists.index", subject: str = "") -> int:
    account_id = owner.account_id or 0
    acts.begin(account_id, owner.public_id, what, subject)
    return account_id


def noted() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(Act).order_by(Act.id))
    return [(row.actor, row.what, row.subject) for row in rows]


def test_what_is_made_is_the_subject(owner: User) -> None:
    account_id, me = begin(owner), owner.public_id
    made = lists.create(account_id, "Regulars")
    lists.create(account_id, "Others")
    assert noted() == [(me, "lists.index", made.public_id)], "one form is one act"


def test_the_thing_in_the_address_is_the_subject(owner: User) -> None:
    account_id, me = begin(owner, "lists.rename", "0" * 20), owner.public_id
    lists.create(account_id, "Regulars")
    assert noted() == [(me, "lists.rename", "0" * 20)]


def test_a_statement_is_a_change_too(owner: User) -> None:
    account_id, me = begin(owner, "settings.place"), owner.public_id
    with transaction() as session:
        session.execute(update(Account).where(Account.id == account_id).values(shop_name="Shop"))
    assert noted() == [(me, "settings.place", "")]


def test_what_changes_nothing_is_no_act(owner: User) -> None:
    account_id = begin(owner)
    with transaction() as session:
        session.get_one(Account, account_id, with_for_update=True)
    db.session.commit()
    assert noted() == []


def test_what_only_counts_a_refusal_is_no_act(owner: User) -> None:
    account_id = begin(owner, "guests.index")
    refusals.note(PumpingProblem.PROGRAM)
    with transaction() as session:
        session.add(EmailAttempt(receiver_hash="0" * 32))
    assert noted() == []
    lists.create(account_id, "Regulars")
    assert [what for _, what, _ in noted()] == ["guests.index"]


def test_what_is_rolled_back_is_no_act_and_the_next_try_is(owner: User) -> None:
    account_id, me = begin(owner), owner.public_id

    def fail() -> None:
        with transaction():
            lists.create(account_id, "Lost")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction() as session:
        session.get_one(Account, account_id, with_for_update=True)
    assert noted() == []
    assert db.session.scalars(select(RecipientList)).all() == []
    acts.begin(account_id, me, "lists.index")
    lists.create(account_id, "Kept")
    assert [what for _, what, _ in noted()] == ["lists.index"]


def test_what_fails_at_its_very_end_is_noted_by_the_next_try(owner: User) -> None:
    account_id, me = begin(owner), owner.public_id

    def fail_once(session: Session, _context: object) -> None:
        if any(isinstance(row, Act) for row in session.identity_map.values()):
            event.remove(session, "after_flush_postexec", fail_once)
            raise LookupError

    event.listen(db.session(), "after_flush_postexec", fail_once)
    with pytest.raises(LookupError):
        lists.create(account_id, "Lost")
    assert noted() == []
    made = lists.create(account_id, "Kept")
    assert noted() == [(me, "lists.index", made.public_id)]


def test_only_the_savepoint_that_fails_is_forgotten(owner: User) -> None:
    account_id, me = begin(owner), owner.public_id
    with transaction() as session:
        first = RecipientList(account_id=account_id, name="Regulars")
        session.add(first)
        session.flush()
        with suppress(IntegrityError), session.begin_nested():
            session.add(RecipientList(account_id=account_id, name="Regulars"))
            session.flush()
    assert noted() == [(me, "lists.index", first.public_id)]


def test_what_was_only_in_a_savepoint_that_fails_is_no_act(owner: User) -> None:
    account_id = begin(owner)
    with transaction() as session, suppress(IntegrityError), session.begin_nested():
        for _twice in range(2):
            session.add(RecipientList(account_id=account_id, name="Lost"))
            session.flush()
    assert noted() == []
    assert db.session.scalars(select(RecipientList)).all() == []


def test_without_a_form_nothing_is_noted(owner: User) -> None:
    lists.create(owner.account_id or 0, "By a job")
    assert noted() == []


def test_they_are_paged_by_person_and_by_subject(cast: Cast, owner: User) -> None:
    member = db.session.get_one(User, cast.colleague.user_id).public_id
    account_id, me = owner.account_id or 0, owner.public_id
    with transaction() as session:
        for number in range(acts.PAGE + 2):
            values = {"actor": me if number else member, "what": "lists.index"}
            session.add(Act(account_id=account_id, subject=f"{number % 2:020}", **values))
        session.add(Act(account_id=cast.stranger.account_id, actor="x", what="lists.index"))
    first = acts.page(account_id)
    assert len(first.rows) == acts.PAGE
    rest = acts.page(account_id, first.next_key)
    assert (len(rest.rows), rest.next_key) == (2, None)
    assert [act.actor for act in acts.page(account_id, actor=member).rows] == [member]
    assert {act.subject for act in acts.of_subject(account_id, "0" * 20)} == {"0" * 20}
    assert len(acts.of_subject(account_id, "0" * 20)) == acts.OF_SUBJECT
    assert acts.of_subject(cast.stranger.account_id, "0" * 20) == []


def test_somebody_who_has_left_keeps_the_name(cast: Cast, owner: User) -> None:
    gone = db.session.get_one(User, cast.colleague.user_id).public_id
    account_id, me = owner.account_id or 0, owner.public_id
    colleagues.remove(Change(account_id, gone, me))
    names = {gone: "colleague@example.com", me: "owner@example.com"}
    assert people.emails_of(account_id, [gone, me, "", "0" * 20]) == names
    assert people.emails_of(cast.stranger.account_id, [gone, me]) == {}


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
def test_they_are_kept_for_a_year(owner: User, days: int, left: int) -> None:
    account_id = begin(owner)
    lists.create(account_id, "Regulars")
    with transaction() as session:
        session.execute(update(Act).values(created_at=now() - timedelta(days=days)))
    (rule,) = (rule for rule in retention.RULES if rule.name == "acts")
    rule.purge({}, lambda: False)
    assert len(noted()) == left
