"""Undoing an import: who was here before is as before, unless somebody has changed them since."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import (
    Account,
    Consent,
    Import,
    ImportChange,
    ImportMode,
    ImportStatus,
    Recipient,
    RecipientList,
)
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.privacy import retention
from promosms.services.recipients import lists, recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.consent import evidence

ASKED = Basis(Consent.GIVEN, "at the till", date(2026, 3, 4))
LATER = Basis(Consent.GIVEN, "card", date(2026, 11, 1))
ANNA, BEN = "+48601200001", "+48601200002"


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def anna(account: Account) -> Recipient:
    values = {"phone": ANNA, "first_name": "Anna", "city": "Gdynia"}
    return recipients.add(account, values, Basis())


def imported(
    account: Account,
    *rows: str,
    to: RecipientList | None = None,
    mode: ImportMode = ImportMode.OVERWRITE,
) -> Import:
    content = "\n".join(["Phone;First name;City", *rows]).encode()
    import_ = imports.upload(account, io.BytesIO(content), "people.csv")
    assert imports.start(import_, import_.mapping, True, Target(to), LATER, mode)
    finish(import_)
    return import_


def finish(import_: Import) -> None:
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()


def undo(import_: Import) -> None:
    assert imports.undo(import_)
    finish(import_)
    assert import_.status == ImportStatus.UNDONE


def noted() -> int:
    return db.session.scalar(select(func.count()).select_from(ImportChange)) or 0


def state(recipient: Recipient) -> tuple[object, ...]:
    return recipient.first_name, recipient.city, *evidence(recipient), recipient.search


def test_values_and_consent_are_put_back(account: Account, anna: Recipient) -> None:
    before = state(anna)
    import_ = imported(account, f"{ANNA};Hanna;Gdańsk", f"{BEN};Ben;Łódź")
    assert state(anna)[:5] == ("Hanna", "Gdańsk", "given", "card", date(2026, 11, 1))
    undo(import_)
    assert state(anna) == before
    assert noted() == 0
    assert recipients.by_phone(account.id, BEN) is None


def test_an_evidence_that_was_there_is_put_back_with_its_day(account: Account) -> None:
    recipients.add(account, {"phone": ANNA}, ASKED)
    anna = recipients.by_phone(account.id, ANNA)
    assert anna is not None
    before = state(anna)
    content = f"Phone;SMS consent\n{ANNA};no\n".encode()
    import_ = imports.upload(account, io.BytesIO(content), "people.csv")
    assert imports.start(import_, import_.mapping, True, Target(), LATER)
    finish(import_)
    undo(import_)
    assert state(anna) == before


def test_whoever_was_changed_since_stays_changed(account: Account, anna: Recipient) -> None:
    import_ = imported(account, f"{ANNA};Hanna;Gdańsk")
    values = {"phone": ANNA, "first_name": "Hania", "city": "Gdańsk"}
    recipients.change(anna, "PL", values, Basis(), [])
    undo(import_)
    assert (anna.first_name, anna.city) == ("Hania", "Gdańsk")


def test_of_two_imports_the_first_one_does_not_undo_the_second(
    account: Account, anna: Recipient
) -> None:
    first = imported(account, f"{ANNA};Hanna;")
    imported(account, f"{ANNA};Johanna;")
    undo(first)
    assert anna.first_name == "Johanna"


def test_what_stood_there_before_the_first_of_several_rows_is_put_back(
    account: Account, anna: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 1)
    import_ = imported(account, f"{ANNA};Hanna;", f"{ANNA};Johanna;Gdańsk", f"{ANNA};Johanna;")
    assert (anna.first_name, anna.city) == ("Johanna", "Gdańsk")
    undo(import_)
    assert (anna.first_name, anna.city) == ("Anna", "Gdynia")


def test_only_who_was_put_on_the_list_leaves_it(account: Account, anna: Recipient) -> None:
    ben = recipients.add(account, {"phone": BEN}, Basis())
    group = lists.create(account.id, "Guests")
    lists.put(group, [ben.id])
    import_ = imported(account, f"{ANNA};;", f"{BEN};;", "601200003;;", to=group)
    assert group.size == 3
    undo(import_)
    assert group.size == 1
    assert [one.id for one in recipients.lists_of([ben.id])[ben.id]] == [group.id]


def test_who_does_not_change_is_not_noted(account: Account, anna: Recipient) -> None:
    updated = anna.updated_at
    imported(account, f"{ANNA};Hanna;Gdańsk", mode=ImportMode.LEAVE)
    assert noted() == 0
    assert (anna.first_name, anna.updated_at) == ("Anna", updated)


def test_somebody_who_has_left_since_does_not_come_back(account: Account, anna: Recipient) -> None:
    import_ = imported(account, f"{ANNA};Hanna;Gdańsk")
    recipients.delete_many(account.id, [anna.public_id])
    assert noted() == 0
    undo(import_)
    assert recipients.by_phone(account.id, ANNA) is None


def test_a_number_that_has_changed_since_keeps_its_recipient(
    account: Account, anna: Recipient
) -> None:
    import_ = imported(account, f"{ANNA};Hanna;Gdańsk")
    recipients.change(anna, "PL", {"phone": BEN, "first_name": "Hanna"}, Basis(), [])
    undo(import_)
    assert (anna.phone, anna.first_name) == (BEN, "Hanna")


@pytest.mark.parametrize(("seconds", "kept"), [(-1, 1), (1, 0)])
def test_what_was_there_is_kept_for_a_day(
    account: Account, anna: Recipient, clock: Clock, seconds: int, kept: int
) -> None:
    clock.stop()
    imported(account, f"{ANNA};Hanna;Gdańsk")
    clock.move(hours=24, seconds=seconds)
    place: dict[str, object] = {}
    rule = next(n for n, rule in enumerate(retention.RULES) if rule.name == "import changes")
    retention.RULES[rule].purge(place, lambda: False)
    assert noted() == kept
