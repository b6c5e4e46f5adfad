"""The columns of our exports that are no fields: lists, and the evidence of the consent."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, BadRow, Consent, Import, ImportStatus, Recipient, Suppression
from promosms.services.imports import columns, consent_columns, imports, outcome
from promosms.services.imports import mending as import_mending
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.imports.outcome import Choice
from promosms.services.recipients import consents, list_names, lists, recipients
from promosms.services.recipients.consent import Basis
from tests.support import round_trip
from tests.support.cast import Cast
from tests.support.clock import Clock

HEAD = (
    "Mobile number,First name,Lists,Agreed to promotions,Where or how they agreed,When they agreed"
)
CARD = ("card", date(2025, 5, 17))


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def run(account: Account, *rows: str, target: Target | None = None) -> Import:
    content = "\n".join((HEAD, *rows))
    import_ = imports.upload(account, io.BytesIO(content.encode()), "recipients.csv")
    imports.start(import_, list(import_.mapping), True, target or Target(), Basis())
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    return import_


def test_evidence_counts_where_a_row_says_yes_how_and_when(account: Account) -> None:
    run(
        account,
        "601000001,A,,yes,card,2025-05-17",
        "601000002,B,,tak,card,17.05.2025",
        "601000003,C,,no,card,2025-05-17",
        "601000004,D,,yes,,2025-05-17",
        "601000005,E,,yes,card,",
        "601000006,F,,yes,card,2999-01-01",
        "601000007,G,,yes,card,1980-01-01",
        "601000008,H,,yes,card,2025-05-17",
        "601000008,H,,no,,",
    )
    found = round_trip.stored(account.id)
    agreed = {phone[-1]: person.evidence for phone, person in found.items()}
    assert agreed == {**dict.fromkeys("12", CARD), **dict.fromkeys("345678")}
    assert not db.session.scalars(select(Suppression)).all()  # here no is no opt-out


def test_each_import_proves_its_own_and_ends_only_an_older_withdrawal(
    account: Account, clock: Clock
) -> None:
    anna = recipients.add(account, {"phone": "601000001"}, Basis(Consent.GIVEN, *CARD))
    recipients.change(anna, "PL", {"phone": "601000001"}, Basis(), [])
    rows = [f"60100000{n},,,yes,card,2025-05-17" for n in (1, 2, 3)]
    runs = [run(account, *rows[:2])]
    assert anna.consent == Consent.NONE, "she has withdrawn it after that day"
    clock.move(days=3)
    runs.append(run(account, rows[2], f"601000001,,,yes,stand,{clock.now():%Y-%m-%d}"))
    assert anna.consent == Consent.GIVEN
    acts = [consents.of(one) for one in people(account)]
    assert [act.import_id for act in acts if act] == [runs[n].id for n in (1, 0, 1)]


def people(account: Account) -> list[Recipient]:
    query = select(Recipient).where(Recipient.account_id == account.id)
    return list(db.session.scalars(query.order_by(Recipient.phone)))


def test_lists_are_found_or_created_and_undone(account: Account) -> None:
    vip = lists.create(account.id, "VIP")
    here = recipients.add(account, {"phone": "601000001"}, Basis(), [vip.id])
    other = recipients.add(account, {"phone": "601000002"}, Basis())
    target = Target(new_name="Guests")
    import_ = run(
        account,
        '601000001,,"VIP, ""Kowalscy, rodzina""",,,',
        "601000002,,VIP,,,",
        '601000003,,"VIP, Guests, VIP",,,',
        "601000003,,Late,,,",
        "22 555,,Landline,,,",
        target=target,
    )
    found = round_trip.stored(account.id)
    assert {phone[-1]: set(person.lists) for phone, person in found.items()} == {
        "1": {"VIP", "Kowalscy, rodzina", "Guests"},
        "2": {"VIP", "Guests"},
        "3": {"VIP", "Guests", "Late"},
    }
    db.session.refresh(vip)
    assert vip.size == 3
    names = [one.name for one in lists.all_of(account.id)]
    assert names == ["Guests", "Kowalscy, rodzina", "Late", "VIP"]
    refused = db.session.scalars(select(BadRow)).one()
    import_mending.mend(import_, "PL", {refused.public_id: "601000004"})
    assert round_trip.stored(account.id)["+48601000004"].lists == {"Landline", "Guests"}
    assert imports.undo(import_)
    while import_run.work(import_.id, 0.0):
        pass
    found = round_trip.stored(account.id)
    assert {phone: set(one.lists) for phone, one in found.items()} == {
        here.phone: {"VIP"},
        other.phone: set(),
    }


def test_a_column_that_is_no_list_ends_the_import(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_LISTS", 3)
    import_ = run(account, *(f"60100000{n},,list {n}" for n in range(5)))
    assert (import_.status, import_.error) == (ImportStatus.CANCELLED, "too_many_lists")
    assert not lists.all_of(account.id)


def test_the_outcome_says_it_before(account: Account) -> None:
    rows = [
        "601000001,,VIP,yes,card,2025-05-17",
        '601000002,,"VIP, A",yes,,',
        f"601000003,,{'x' * 81}",
    ]
    content = "\n".join((HEAD, *rows)).encode()
    import_ = imports.upload(account, io.BytesIO(content), "recipients.csv")
    choice = Choice(tuple(import_.mapping), True, import_.mode)
    found = outcome.of(import_, account, choice)
    assert (found.agreed, found.lists, found.bad) == (1, ["VIP", "A"], 1)
    assert found.problems == {"long_value": 1}


@pytest.mark.parametrize("names", [["A"], ["A, B", "C"], ['"', "a\nb", " x"], ["a;b", "'", ""]])
def test_names_in_one_cell(names: list[str]) -> None:
    cell = list_names.BETWEEN.join(map(list_names.quoted, names))
    assert list_names.split(cell) == [name.strip() for name in names if name]


def test_evidence_needs_the_column_that_says_yes() -> None:
    evidence = [consent_columns.HOW, consent_columns.DAY]
    assert columns.why_not(["phone", *evidence]) == "nobody_agreed"
    assert not columns.why_not(["phone", *evidence, consent_columns.AGREED])
