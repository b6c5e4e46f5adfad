"""The outcome before an import runs is what it then does; a worker finds that of large files."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.number_set import NumberSet
from promosms.models import (
    Account,
    Consent,
    Import,
    ImportMode,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.imports import check, imports
from promosms.services.imports import outcome as import_outcome
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.imports.outcome import Choice, Outcome
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support.cast import Cast

MAPPING = ["phone", "first_name", "opted_out"]
HEAD = "telefon,imie,unsubscribed\n"
LONG = "x" * 101
FILES = {
    "new": "601234501,A,\n601234502,B,\n",
    "repeated": "601234501,A,\n601234502,B,\n48601234501,C,\n601234501,D,\n601234503,,\n",
    "refused": "601234501,A,\n22 621 00 00,B,\n,C,\n601234502,C,\n4.479E+11,D,\nabc,E,\nabd,F,\n",
    "opted out": f"601234501,A,yes\n601234502,{LONG},yes\n601234503,B,\n601234502,C,\n"
    "601234501,D,\n601234504,E,yes\n601234503,,yes\n",
    "here": "601234511,A,\n601234512,B,\n601234511,C,\n601234513,D,yes\n601234501,,\n",
}


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    account = db.session.get_one(Account, cast.owner.account_id)
    for n in (1, 2, 3):
        recipients.add(account, {"phone": f"60123451{n}", "first_name": "Old"}, Basis())
    opt_outs.opt_out(account.id, "+48601234512", SuppressionSource.REPLY)
    opt_outs.opt_out(cast.stranger.account_id, "+48601234511", SuppressionSource.REPLY)
    return account


def upload(account: Account, rows: str) -> Import:
    return imports.upload(account, io.BytesIO((HEAD + rows).encode()), "guests.csv")


def foreseen(import_: Import, mode: ImportMode = ImportMode.OVERWRITE) -> Outcome:
    account = db.session.get_one(Account, import_.account_id)
    return import_outcome.of(import_, account, Choice(tuple(MAPPING), True, mode))


def figures(counted: Import | Outcome) -> tuple[int, ...]:
    return (counted.added, counted.updated, counted.duplicates, counted.bad, counted.suppressed)


def run(import_: Import, mode: ImportMode) -> None:
    basis = Basis(Consent.GIVEN, "card", now().date())
    assert imports.start(import_, MAPPING, True, Target(), basis, mode)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()


@pytest.mark.parametrize("batch", [2, 100])
@pytest.mark.parametrize("mode", ImportMode)
@pytest.mark.parametrize("rows", FILES.values(), ids=FILES)
def test_it_is_what_the_import_then_does(
    account: Account, rows: str, mode: ImportMode, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", batch)
    import_ = upload(account, rows)
    before = foreseen(import_, mode)
    run(import_, mode)
    assert figures(before) == figures(import_)
    assert before.rows == import_.total
    assert sum(before.problems.values()) == before.bad
    assert dict(imports.reasons(import_)) == before.problems


def test_it_changes_nothing(account: Account) -> None:
    import_ = upload(account, FILES["opted out"])
    foreseen(import_)
    assert db.session.scalar(select(func.count()).select_from(Recipient)) == 3
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 2


def test_it_names_the_first_refused_rows_by_reason(account: Account) -> None:
    outcome = foreseen(upload(account, FILES["refused"]))
    assert outcome.examples["letters"] == [[7, "abc · E"], [8, "abd · F"]]
    assert outcome.problems["landline"] == 1
    assert foreseen(upload(account, FILES["opted out"])).opted_out == 4


@pytest.fixture
def large(account: Account, monkeypatch: pytest.MonkeyPatch) -> Import:
    """A file that is large enough for a worker, and takes it some slices."""
    monkeypatch.setattr(import_outcome, "SMALL", 3)
    monkeypatch.setattr(import_run, "BATCH", 2)
    import_ = upload(account, FILES["opted out"])
    imports.choose(import_, MAPPING, True, ImportMode.LEAVE)
    return import_


def fresh(import_: Import) -> Import:
    db.session.expire_all()
    return import_


def test_a_worker_finds_that_of_a_large_file_in_slices(large: Import, app: Flask) -> None:
    assert check.is_wanted(large)
    assert check.work(large.id, 0.0)
    assert (fresh(large).checked, large.outcome) == (2, None)
    assert [check.work(large.id, 0.0) for _ in range(4)] == [True, True, True, False]
    fresh(large)
    found = import_outcome.stored(large, check.choice_of(large))
    assert found == foreseen(large, ImportMode.LEAVE)
    assert not check.is_wanted(large)
    assert not check.work(large.id)
    assert len(list(Path(app.instance_path, "uploads").iterdir())) == 1
    run(large, ImportMode.LEAVE)
    assert large.outcome is None, "it has rows of the file"
    assert figures(large) == figures(found)


def test_one_worker_looks_into_a_file_and_another_one_goes_on_when_it_was_killed(
    large: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    check.work(large.id, 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(check, "_note", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            check.work(large.id)
    db.session.rollback()
    assert not check.is_wanted(fresh(large))
    assert check.work(large.id) is False
    assert large.outcome is None
    with transaction() as session:
        session.execute(update(Import).values(checked_at=now() - timedelta(seconds=61)))
    assert check.is_wanted(fresh(large))
    check.work(large.id)
    found = import_outcome.stored(fresh(large), check.choice_of(large))
    assert found == foreseen(large, ImportMode.LEAVE)


def test_another_choice_begins_anew(large: Import) -> None:
    check.work(large.id, 0.0)
    imports.choose(large, ["phone", "", ""], True, ImportMode.OVERWRITE)
    assert [check.work(large.id, 0.0) for _ in range(5)][-1] is False
    found = import_outcome.stored(fresh(large), check.choice_of(large))
    assert found is not None
    assert (found.rows, found.bad, found.opted_out) == (7, 0, 0)
    imports.choose(large, MAPPING, True, ImportMode.OVERWRITE)
    assert check.is_wanted(fresh(large))


def test_a_choice_that_changes_meanwhile_gives_the_claim_back(
    large: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = check._note

    def choose_first(*args: object, **options: bool) -> bool:
        with transaction() as session:
            session.execute(update(Import).values(mode=ImportMode.COMPLETE))
        return note(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(check, "_note", choose_first)
        assert check.work(large.id) is True
    assert (fresh(large).checked, large.outcome) == (0, None)
    assert check.work(large.id) is False
    assert import_outcome.stored(fresh(large), check.choice_of(large)) is not None


@pytest.mark.parametrize("end", ["cancel", "start"])
def test_cancelling_and_starting_end_it_and_leave_nothing(
    large: Import, app: Flask, end: str
) -> None:
    check.work(large.id, 0.0)
    folder = Path(app.instance_path, "uploads")
    assert len(list(folder.iterdir())) == 2
    if end == "cancel":
        imports.cancel(large)
    else:
        imports.start(large, MAPPING, True, Target(), Basis())
    assert len(list(folder.iterdir())) == (0 if end == "cancel" else 1)
    assert check.work(large.id) is False
    assert (fresh(large).checked, large.checked_at, large.outcome) == (0, None, None)


def test_a_small_file_and_one_without_numbers_need_no_worker(
    account: Account, large: Import
) -> None:
    assert not check.is_wanted(upload(account, FILES["new"]))
    imports.choose(large, ["", "", ""], True, ImportMode.OVERWRITE)
    assert not check.is_wanted(fresh(large))
    assert check.work(large.id) is False


@given(st.lists(st.integers(1, 60) | st.integers(2**63, 2**64 - 1), max_size=200))
def test_a_set_of_numbers_is_a_set(numbers: list[int]) -> None:
    ours, theirs = NumberSet(len(numbers)), set[int]()
    for number in numbers:
        assert (number in ours) == (number in theirs)
        assert ours.add(number) == (number not in theirs)
        theirs.add(number)
    file = io.BytesIO()
    ours.save(file)
    file.seek(0)
    again = NumberSet.load(file)
    assert all(number in again for number in theirs)
