"""Bulk actions: each meant recipient is changed once, whenever the worker ends; nobody else is."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AuditEntry,
    BulkAction,
    BulkKind,
    BulkStatus,
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    User,
)
from promosms.services.bulk_actions import actions
from promosms.services.bulk_actions import run as bulk_run
from promosms.services.bulk_actions.actions import Chosen
from promosms.services.recipients import consents, lists, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.filters import Search
from promosms.services.recipients.states import State
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.clock import Clock

NUMBER = 12


@pytest.fixture
def account(context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The owner's account with twelve people: every third has opted out; some are called Anna."""
    monkeypatch.setattr(bulk_run, "BATCH", 2)
    account = db.session.get_one(Account, cast.owner.account_id)
    for n in range(NUMBER):
        values = {"phone": phone(n), "first_name": "Anna" if n % 2 else "Ben"}
        recipients.add(account, values, Basis())
        if n % 3 == 0:
            opt_outs.opt_out(account.id, phone(n), SuppressionSource.HAND)
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    recipients.add(stranger, {"phone": phone(1), "first_name": "Anna"}, Basis())
    return account


def phone(n: int) -> str:
    return f"+4860120{n:04d}"


def begin(
    account: Account,
    kind: BulkKind,
    chosen: Chosen | None = None,
    target: RecipientList | None = None,
    basis: Basis | None = None,
) -> BulkAction:
    by = db.session.scalars(select(User).where(User.account_id == account.id)).first()
    assert by is not None
    return actions.begin(chosen or Chosen(Search(account.id)), kind, by, target, basis)


def finish(action: BulkAction) -> BulkAction:
    """Each slice is over after one batch."""
    while bulk_run.work(action.id, 0.0):
        pass
    return db.session.get_one(BulkAction, action.id, populate_existing=True)


def left(account: Account) -> list[str]:
    query = select(Recipient.phone).where(Recipient.account_id == account.id)
    return list(db.session.scalars(query.order_by(Recipient.phone)))


def on(target: RecipientList) -> list[str]:
    query = select(Recipient.phone).join(ListRecipient, ListRecipient.recipient_id == Recipient.id)
    query = query.where(ListRecipient.list_id == target.id).order_by(Recipient.phone)
    found = list(db.session.scalars(query))
    assert db.session.get_one(RecipientList, target.id, populate_existing=True).size == len(found)
    return found


def test_who_is_in_a_filter_is_put_on_a_list_and_taken_off(account: Account) -> None:
    target, mine = lists.create(account.id, "Guests"), Search(account.id)
    cases = (
        (Chosen(mine), {*range(NUMBER)}),
        (Chosen(Search(account.id, "anna")), {*range(1, NUMBER, 2)}),
        (Chosen(Search(account.id, "", State.OPTED_OUT)), {*range(0, NUMBER, 3)}),
        (Chosen(Search(account.id, "anna", State.OPTED_OUT)), {3, 9}),
        (Chosen(mine, [one.public_id for one in of_all_accounts([1, 4])]), {1, 4}),
    )
    for chosen, expected in cases:
        assert actions.count(chosen) == len(expected)
        lists.put(target, [one.id for one in people(account, [3])])
        done = finish(begin(account, BulkKind.PUT_ON_LIST, chosen, target))
        numbers = [phone(n) for n in sorted({3, *expected})]
        assert on(target) == numbers
        assert (done.status, done.seen) == (BulkStatus.FINISHED, len(expected))
        assert (done.total, done.changed) == (len(expected), len(expected - {3}))
        assert done.chosen == {}  # the words may be a name
        everybody = Chosen(Search(account.id, on_list=target))
        gone = finish(begin(account, BulkKind.TAKE_OFF_LIST, everybody, target))
        assert (on(target), gone.changed) == ([], len(numbers))
    goals = [target, lists.create(account.id, "Others")]
    waiting = [begin(account, BulkKind.PUT_ON_LIST, Chosen(mine), one).id for one in goals]
    assert waiting == sorted(set(waiting)), "each list gets its own"


def people(account: Account, places: list[int]) -> list[Recipient]:
    query = select(Recipient).where(
        Recipient.account_id == account.id, Recipient.phone.in_([phone(n) for n in places])
    )
    return list(db.session.scalars(query.order_by(Recipient.id)))


def of_all_accounts(places: list[int]) -> list[Recipient]:
    """As `people`, and whoever has these numbers in other accounts."""
    query = select(Recipient).where(Recipient.phone.in_([phone(n) for n in places]))
    return list(db.session.scalars(query.order_by(Recipient.id)))


def test_deleting_stops_between_two_batches_and_nobody_new_is_meant(account: Account) -> None:
    action = begin(account, BulkKind.DELETE, Chosen(Search(account.id, "anna")))
    assert begin(account, BulkKind.DELETE, Chosen(Search(account.id, "anna"))).id == action.id
    assert begin(account, BulkKind.DELETE, Chosen(Search(account.id, "ben"))).id != action.id
    assert begin(account, BulkKind.ERASE, Chosen(Search(account.id, "anna"))).id != action.id
    assert bulk_run.work(action.id, 0.0)
    assert len(left(account)) == NUMBER - 2
    recipients.add(account, {"phone": phone(100), "first_name": "Anna"}, Basis())
    done = finish(action)
    assert left(account) == [phone(n) for n in (*range(0, NUMBER, 2), 100)]
    assert (done.changed, done.total) == (6, 6)
    opted_out = select(func.count()).select_from(Suppression)
    assert db.session.scalar(opted_out.where(Suppression.account_id == account.id)) == 4
    other = begin(account, BulkKind.DELETE)
    assert bulk_run.work(other.id, 0.0)
    assert actions.cancel(other)
    assert not actions.cancel(other)
    assert not bulk_run.work(other.id, 0.0)
    assert len(left(account)) == 5


@pytest.mark.parametrize(
    ("kind", "step"), [(BulkKind.DELETE, "_change"), (BulkKind.ERASE, "_erase")]
)
def test_who_left_the_filter_meanwhile_is_not_meant(
    account: Account, monkeypatch: pytest.MonkeyPatch, kind: BulkKind, step: str
) -> None:
    action = begin(account, kind, Chosen(Search(account.id, "", State.OPTED_OUT)))
    change = getattr(bulk_run, step)

    def lifted_first(*args: Any) -> bool:
        with transaction() as session:
            for row in session.scalars(select(Suppression).where(Suppression.phone == phone(3))):
                session.delete(row)
        monkeypatch.setattr(bulk_run, step, change)
        return change(*args)

    monkeypatch.setattr(bulk_run, step, lifted_first)
    assert finish(action).changed == 3
    assert phone(3) in left(account)


def test_a_batch_of_a_worker_that_was_taken_for_dead_changes_nothing(
    account: Account, clock: Clock
) -> None:
    action = begin(account, BulkKind.DELETE)
    assert bulk_run._claim(action.id)
    assert bulk_run._some(action.id)
    chosen, ids = Chosen(Search(account.id)), [one.id for one in people(account, [4, 5])]
    assert not bulk_run._change(action.id, 0, chosen, ids)
    assert len(left(account)) == NUMBER - 2
    assert not bulk_run.work(action.id)
    assert actions.stale() == []
    clock.move(minutes=2)
    assert actions.stale() == [action.id]
    assert finish(action).changed == NUMBER
    assert left(account) == []


def test_erasing_many_waits_for_nobody(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    erase = bulk_run.erase_recipient.erase_number

    def busy(owner: Account, number: str, actor: str) -> bool:
        if number == phone(5):
            raise bulk_run.erase_recipient.StillActive
        return erase(owner, number, actor)

    monkeypatch.setattr(bulk_run.erase_recipient, "erase_number", busy)
    done = finish(begin(account, BulkKind.ERASE, Chosen(Search(account.id, "anna"))))
    assert (done.status, done.seen, done.changed, done.left) == (BulkStatus.FINISHED, 6, 5, 1)
    assert left(account) == [phone(n) for n in (0, 2, 4, 5, 6, 8, 10)]
    noted = select(AuditEntry.actor).where(AuditEntry.action == "recipient.erase")
    assert set(db.session.scalars(noted)) == {done.by}


def test_erasing_stops_between_two_people(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, erase = begin(account, BulkKind.ERASE), bulk_run._erase

    def then_cancelled(*args: Any) -> bool:
        return erase(*args) and (actions.cancel(action) or True)

    monkeypatch.setattr(bulk_run, "_erase", then_cancelled)
    assert (finish(action).status, len(left(account))) == (BulkStatus.CANCELLED, NUMBER - 1)


def test_consent_is_one_act_for_all_who_have_not_agreed(account: Account) -> None:
    older = Basis(Consent.GIVEN, "letter", date(2026, 1, 2))
    agreed, withdrawn = people(account, [1, 3])
    for person, basis in ((agreed, older), (withdrawn, older), (withdrawn, Basis())):
        values = {"phone": person.phone, "first_name": "Anna"}
        recipients.change(person, account.region, values, basis, [])
    card, anna = Basis(Consent.GIVEN, "card", date(2026, 3, 4)), Search(account.id, "anna")
    action = begin(account, BulkKind.RECORD_CONSENT, Chosen(anna), basis=card)
    assert begin(account, BulkKind.RECORD_CONSENT, Chosen(anna), basis=card).id == action.id
    assert begin(account, BulkKind.RECORD_CONSENT, Chosen(anna), basis=older).id != action.id
    done = finish(action)
    assert (done.seen, done.changed) == (6, 4)
    found = people(account, [1, 3, 5, 7, 9, 11])
    assert [one.consent for one in found] == ["given", "none", *["given"] * 4]
    acts = [consents.of(one) for one in found]
    assert [act.source for act in acts if act] == ["letter", "", *["card"] * 4]
    (act,) = {act for act in acts if act and act.source == "card"}
    assert (act.how, act.by, act.agreed_on) == ("bulk", done.by, card.day)
    assert {one.consent for one in people(account, [0, 2, 4, 6, 8, 10])} == {"none"}
    assert opt_outs.is_suppressed(account.id, phone(9))
    assert finish(begin(account, BulkKind.RECORD_CONSENT, Chosen(anna), basis=card)).changed == 0
    with transaction() as session:
        ids = [one.id for one in of_all_accounts([1])]
        assert consents.record(session, account.id, ids, act.id) == 0, "nobody else's recipient"
        assert acts[1] is not None
        with pytest.raises(ValueError, match="only a consent"):
            consents.record(session, account.id, ids, acts[1].id)


def test_a_list_that_is_deleted_ends_it(account: Account) -> None:
    target = lists.create(account.id, "Guests")
    filtered = lists.create(account.id, "Others")
    lists.put(filtered, [one.id for one in people(account, [1, 2, 3])])
    for chosen, gone in (
        (Chosen(Search(account.id)), target),
        (Chosen(Search(account.id, on_list=filtered)), filtered),
    ):
        goal = target if gone is target else lists.create(account.id, "New")
        action = begin(account, BulkKind.PUT_ON_LIST, chosen, goal)
        assert bulk_run.work(action.id, 0.0)
        lists.delete_list(gone)
        done = finish(action)
        assert (done.status, done.changed, done.chosen) == (BulkStatus.FAILED, 2, {})


def test_people_of_another_account_are_never_meant(account: Account, cast: Cast) -> None:
    theirs = recipients.by_phone(cast.stranger.account_id, phone(1))
    assert theirs is not None
    chosen = Chosen(Search(account.id), [theirs.public_id])
    assert actions.count(chosen) == 0
    assert finish(begin(account, BulkKind.DELETE, chosen)).changed == 0
    assert recipients.by_phone(cast.stranger.account_id, phone(1)) is not None
