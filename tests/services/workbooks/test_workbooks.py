"""Long workbooks: complete after every kill, one of each kind, gone in time, nobody else's."""

import errno
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import long_workbooks
from promosms.models import (
    Account,
    Consent,
    ExportStatus,
    Recipient,
    Suppression,
    Workbook,
    WorkbookKind,
    now,
)
from promosms.services.privacy import erase_recipient, erasure
from promosms.services.recipients import consent_exports, exports, lists
from promosms.services.recipients.filters import Search
from promosms.services.workbooks import run, workbooks
from tests.support.cast import Cast

PHONES = [f"+4860120000{number}" for number in range(10)]
RECIPIENTS, OPT_OUTS = WorkbookKind.RECIPIENTS, WorkbookKind.OPT_OUTS


@pytest.fixture
def account_id(context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> int:
    """The owner's account with ten people, read four at a time."""
    monkeypatch.setattr(exports, "PAGE", 4)
    monkeypatch.setattr(consent_exports, "PAGE", 4)
    account_id = cast.owner.account_id
    with transaction() as session:
        for phone in PHONES:
            values = {"phone": phone, "country": "PL", "search": phone}
            session.add(Recipient(account_id=account_id, consent=Consent.NONE, **values))
            session.add(Suppression(account_id=account_id, phone=phone, source="hand"))
    return account_id


def begun(account_id: int, words: str = "", on_list: Any = None) -> Workbook:
    search = Search(account_id, words, on_list=on_list)
    chosen = workbooks.chosen_of(search)
    return workbooks.start(account_id, RECIPIENTS, chosen, workbooks.count(search))


def slice_of(workbook_id: int) -> bool:
    """A time slice of one page; the claim of one before may be forgotten."""
    return run.work(workbook_id, lambda: True)


def finished(workbook_id: int) -> Path:
    while slice_of(workbook_id):
        pass
    workbook = db.session.get_one(Workbook, workbook_id, populate_existing=True)
    assert workbook.status == ExportStatus.READY
    return workbooks.file(workbook)


def numbers(path: Path) -> Sequence[str]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [str(row[0]) for row in rows[1:]]


def test_it_goes_on_after_a_kill_and_begins_again_if_its_file_is_lost(account_id: int) -> None:
    workbook_id, total = (workbook := begun(account_id)).id, workbook.total
    path, done = workbooks.file(workbook), []
    assert slice_of(workbook_id)
    with path.open("ab") as file:
        file.write(b"the page of somebody who was killed before they said so")
    assert slice_of(workbook_id)
    done.append(db.session.get_one(Workbook, workbook_id).done)
    os.truncate(path, 100)
    assert slice_of(workbook_id)
    done.append(db.session.get_one(Workbook, workbook_id).done)
    with transaction() as session:  # killed without a word: it waits until it is forgotten
        session.execute(update(Workbook).values(touched_at=now()))
    assert (slice_of(workbook_id), workbooks.waiting()) == (False, [])
    with transaction() as session:
        session.execute(update(Workbook).values(touched_at=now() - timedelta(seconds=61)))
    assert workbooks.waiting() == [workbook_id]
    assert numbers(finished(workbook_id)) == PHONES
    assert (done, total, path.stat().st_mode & 0o777) == ([8, 4], 10, 0o600)


def test_two_clicks_begin_one_and_another_search_takes_its_place(account_id: int) -> None:
    first = begun(account_id)
    first_id, public_id, path = first.id, first.public_id, workbooks.file(first)
    assert slice_of(first_id)
    assert begun(account_id).public_id == public_id
    with transaction() as session:  # forgotten
        session.execute(update(Workbook).values(touched_at=None))

    made: list[str] = []

    def over() -> bool:
        made.append(begun(account_id, "+4860120000").public_id)
        return False

    assert not run.work(first_id, over), "it is not made any more"
    assert not path.exists()
    second = begun(account_id, "+4860120000")
    assert made == [second.public_id], "and whoever made it leaves the other alone"
    assert (second.total, second.done, second.status) == (10, 0, "queued")
    second_path = finished(second.id)
    assert numbers(second_path) == PHONES
    of = workbooks.of(account_id, RECIPIENTS, second.chosen)
    assert of is not None
    ready = of.public_id
    assert ready == second.public_id
    assert workbooks.of(account_id, RECIPIENTS, {}) is None, "of others it has nothing"
    assert begun(account_id, "+4860120000").public_id != ready, "a ready one is made anew"
    assert not second_path.exists()


def test_it_is_written_in_the_language_of_whoever_asks(account_id: int) -> None:
    words = {"hand": "Dodany ręcznie"}
    total = workbooks.count_opt_outs(account_id)
    opt_outs = workbooks.start(account_id, OPT_OUTS, words, total).id
    with transaction() as session:
        session.execute(update(Workbook).values(language="pl"))
    book = CalamineWorkbook.from_path(finished(opt_outs))
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert (head[0], rows[0][:2]) == ("Numer komórkowy", [PHONES[0], "Dodany ręcznie"])
    assert (len(rows), total) == (10, 10)
    consents = workbooks.start(account_id, WorkbookKind.CONSENTS, {}, 0).id
    assert finished(consents).exists()


def test_it_is_gone_when_its_time_is_over_or_somebody_is_erased(account_id: int) -> None:
    path = finished(begun(account_id).id)
    lost = path.with_name(f"lost{workbooks.ENDING}")
    for orphan, age in ((lost, 2), (lost.with_name(f"new{lost.name}"), 0)):
        orphan.touch()
        os.utime(orphan, (now().timestamp() - age * 3600,) * 2)
    workbook = db.session.scalars(select(Workbook)).one()
    assert workbook.expires_at is not None
    assert timedelta(hours=23) < workbook.expires_at - now() <= timedelta(hours=24)
    workbooks.forget_expired()
    assert (path.exists(), lost.exists()) == (True, False)
    with transaction() as session:
        session.execute(update(Workbook).values(expires_at=now() - timedelta(seconds=1)))
    workbooks.forget_expired()
    assert [left.name for left in path.parent.iterdir()] == [f"new{lost.name}"]
    second = begun(account_id)
    second_id, path = second.id, workbooks.file(second)
    assert slice_of(second_id)
    account = db.session.get_one(Account, account_id)
    assert erase_recipient.erase_number(account, PHONES[0], "me")
    assert not path.exists()
    assert not slice_of(second_id)
    assert db.session.get(Workbook, second_id) is None
    assert PHONES[0] not in numbers(finished(begun(account_id).id))


def test_a_worker_stops_when_it_is_deleted_meanwhile(account_id: int) -> None:
    workbook = begun(account_id)
    path = workbooks.file(workbook)

    def over() -> bool:
        workbooks.forget(account_id)
        return False

    assert not run.work(workbook.id, over)
    assert not path.exists()


def test_a_list_that_is_deleted_and_a_full_disk_are_said(
    account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = lists.create(account_id, "Guests")
    workbook_id = begun(account_id, on_list=target).id
    lists.delete_list(target)
    assert not slice_of(workbook_id)
    failed = db.session.get_one(Workbook, workbook_id)
    assert (failed.status, failed.error) == (ExportStatus.FAILED, "list")
    assert workbooks.of(account_id, RECIPIENTS, failed.chosen) is None
    begun_again = begun(account_id)
    workbook_id, path = begun_again.id, workbooks.file(begun_again)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(long_workbooks.Book, "write", full)
    assert not slice_of(workbook_id)
    failed = db.session.get_one(Workbook, workbook_id, populate_existing=True)
    assert (failed.status, failed.error, path.exists()) == ("failed", "disk_full", False)


def test_an_account_that_leaves_takes_it_along(account_id: int) -> None:
    path = finished(begun(account_id).id)
    assert erasure.begin(account_id, "me")
    while erasure.erase(account_id):
        pass
    assert not path.exists()
    assert db.session.scalars(select(Workbook)).all() == []
