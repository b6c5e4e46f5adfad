"""What an import does with people who are here already: update, complete, leave."""

import io

import pytest

from promosms.extensions import db
from promosms.models import Account, Consent, Import, ImportMode, Recipient, now
from promosms.services.imports import imports, merging
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support import search_index
from tests.support.cast import Cast
from tests.support.consent import evidence

AGREED = Basis(Consent.GIVEN, "card", now().date())
HEAD = "telefon,imie,miasto,unsubscribed\n"
HERE = {"phone": "601234567", "first_name": "Anna", "city": ""}


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def run(account: Account, rows: str, mode: ImportMode, basis: Basis = AGREED) -> Import:
    import_ = imports.upload(account, io.BytesIO((HEAD + rows).encode()), "guests.csv")
    mapping = ["phone", "first_name", "city", "opted_out"]
    assert imports.start(import_, mapping, True, Target(new_name="Guests"), basis, mode)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    return import_


def person(account: Account, phone: str = "+48601234567") -> Recipient:
    recipient = recipients.by_phone(account.id, phone)
    assert recipient is not None
    return recipient


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("overwrite", {"first_name": "Hanna", "city": "Gdynia", "note": "n"}),
        ("complete", {"first_name": "Anna", "city": "Gdynia", "note": "n"}),
        ("leave", {"first_name": "Anna", "city": "Gdynia", "note": "n"}),
    ],
)
def test_values_replace_or_fill(mode: str, expected: dict[str, str]) -> None:
    before = {"first_name": "Anna", "city": "", "note": "n"}
    values = {"first_name": "Hanna", "city": "Gdynia", "note": ""}
    assert merging.merged(mode, before, values) == expected


@pytest.mark.parametrize(
    ("mode", "name", "city", "consent"),
    [
        (ImportMode.OVERWRITE, "Hanna", "Gdynia", "given"),
        (ImportMode.COMPLETE, "Anna", "Gdynia", "given"),
        (ImportMode.LEAVE, "Anna", "", "none"),
    ],
)
def test_people_who_are_here(
    account: Account, mode: ImportMode, name: str, city: str, consent: str
) -> None:
    before = recipients.add(account, HERE, Basis()).updated_at
    import_ = run(account, "601234567,Hanna,Gdynia,\n602345678,Ewa,Hel,\n", mode)
    assert (import_.added, import_.updated, import_.duplicates) == (1, 1, 0)
    found = person(account)
    assert (found.first_name, found.city, found.consent) == (name, city, consent)
    assert found.search.split() == f"{name} {city} 48601234567".casefold().split()
    search_index.check()
    assert (found.updated_at == before) == (mode == ImportMode.LEAVE)
    new = person(account, "+48602345678")
    assert (new.first_name, new.city, new.consent) == ("Ewa", "Hel", "given")
    target = imports.list_of(import_)
    assert target is not None
    assert target.size == 2, "who is here already comes on the list in every mode"


@pytest.mark.parametrize("mode", ImportMode)
def test_an_opt_out_counts_and_an_empty_cell_deletes_nothing(
    account: Account, mode: ImportMode
) -> None:
    recipients.add(account, {**HERE, "city": "Sopot"}, AGREED)
    run(account, "601234567,,,yes\n", mode)
    assert (person(account).first_name, person(account).city) == ("Anna", "Sopot")
    assert opt_outs.is_suppressed(account.id, "+48601234567")


@pytest.mark.parametrize("batch", [1, 2, 100])
@pytest.mark.parametrize(
    ("mode", "new", "here"),
    [
        (ImportMode.OVERWRITE, ("Ola", "Hel"), ("Ida", "Hel")),
        (ImportMode.COMPLETE, ("Ewa", "Hel"), ("Anna", "Hel")),
        (ImportMode.LEAVE, ("Ewa", "Hel"), ("Anna", "")),
    ],
)
def test_repeated_rows_do_not_depend_on_the_batch(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    mode: ImportMode,
    new: tuple[str, str],
    here: tuple[str, str],
) -> None:
    monkeypatch.setattr(import_run, "BATCH", batch)
    recipients.add(account, HERE, Basis())
    rows = "602345678,Ewa,,\n601234567,,Hel,\n602345678,Ola,Hel,\n601234567,Ida,,\n"
    import_ = run(account, rows, mode)
    assert (import_.added, import_.updated, import_.duplicates) == (1, 1, 2)
    assert (person(account, "+48602345678").first_name, person(account, "+48602345678").city) == new
    assert (person(account).first_name, person(account).city) == here


def test_who_is_left_keeps_the_consent_and_who_is_new_gets_that_of_the_file(
    account: Account,
) -> None:
    recipients.add(account, HERE, Basis(Consent.GIVEN, "shop", now().date()))
    run(account, "601234567,,,\n602345678,,,never subscribed\n", ImportMode.LEAVE, Basis())
    assert evidence(person(account))[:2] == ("given", "shop")
    assert person(account, "+48602345678").consent == "none"
