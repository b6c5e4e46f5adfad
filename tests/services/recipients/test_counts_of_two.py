"""Recipient counts when two transactions change the same account at once, on PostgreSQL."""

import pytest

from promosms.extensions import db
from promosms.models import Account, Consent, Recipient
from promosms.services.recipients import counts, lists, recipients
from promosms.services.recipients.consent import Basis
from tests.services.recipients.test_counts import right
from tests.support.cast import Cast
from tests.support.two_transactions import at_once, connection

pytestmark = pytest.mark.only("postgresql")
PHONE, OTHER = "+48601200000", "+48601200001"
ADD = (
    "INSERT INTO recipients (public_id, account_id, phone, country, consent, {empty}, created_at, "
    "updated_at) VALUES ('{phone}', {account}, '{phone}', 'PL', 'none', {blank}, now(), now())"
)
PUT = (
    "INSERT INTO list_recipients (list_id, recipient_id, account_id) "
    "VALUES ({list}, {id}, {account})"
)
TAKE_OFF = "DELETE FROM list_recipients WHERE recipient_id = {id}"
AGREE = "UPDATE recipients SET consent = 'given' WHERE id = {id}"
SUPPRESS = (
    "INSERT INTO suppressions (public_id, account_id, phone, source, text, inbound_number, "
    "decided_by, created_at) VALUES ('s', {account}, '{phone}', 'hand', '', '', '', now())"
)


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def columns(phone: str) -> dict[str, str]:
    empty = [
        column.name
        for column in Recipient.__table__.columns
        if not column.nullable
        and column.name
        not in ("id", "public_id", "account_id", "phone", "country", "consent", "created_at")
        and column.name != "updated_at"
    ]
    return {"empty": ", ".join(empty), "blank": ", ".join(["''"] * len(empty)), "phone": phone}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("one", "other"),
    [(ADD, SUPPRESS), (PUT, AGREE), (TAKE_OFF, AGREE), (PUT, SUPPRESS), (AGREE, SUPPRESS)],
    ids=["add-suppress", "put-agree", "take-off-agree", "put-suppress", "agree-suppress"],
)
def test_neither_counts_what_the_other_is_changing(
    account: Account, one: str, other: str, turned: bool
) -> None:
    target = lists.create(account.id, "Guests")
    kept = recipients.add(account, {"phone": OTHER}, Basis(), [target.id])
    moved = recipients.add(account, {"phone": PHONE}, Basis()) if one != ADD else kept
    if one == TAKE_OFF:
        lists.put(target, [moved.id])
    values = {"account": account.id, "list": target.id, "id": moved.id, **columns(PHONE)}
    statements = [statement.format_map(values) for statement in (one, other)]
    db.session.remove()
    assert at_once(*reversed(statements) if turned else statements) == (True, "")
    assert right()
    counts.fold()
    assert right()


def test_two_imports_of_an_account_do_not_wait_for_each_other(account: Account) -> None:
    account_id = account.id
    db.session.remove()
    first, second = (
        ADD.format_map({"account": account_id, **columns(phone)}) for phone in (PHONE, OTHER)
    )
    assert at_once(first, second) == (False, "")
    assert right()
    assert counts.of(account_id) == [("PL", "none", "", 2)]


def test_a_sweep_folds_what_others_are_not_writing(account: Account) -> None:
    account_id = account.id
    recipients.add(account, {"phone": PHONE}, Basis(Consent.GIVEN, "card"))
    db.session.remove()
    add = ADD.format_map({"account": account_id, **columns(OTHER)})
    with connection() as live:
        live.execute(add)
        assert counts.fold() == 1
        live.commit()
    assert right()
    assert counts.fold() == 1
    assert sorted(counts.of(account_id)) == [("PL", "given", "", 1), ("PL", "none", "", 1)]
    assert right()
