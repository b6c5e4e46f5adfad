"""The types of the free fields: what a change does with the values that are there."""

from collections.abc import Mapping

import pytest

from promosms.extensions import db
from promosms.models import Account, FieldType, Recipient, User
from promosms.services.bulk_actions import field_types, run
from promosms.services.recipients import fields, recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast

TEXT, NUMBER, DATE = FieldType.TEXT, FieldType.NUMBER, FieldType.DATE
VALUES = {
    "field1": ("1.234", "12,5", "M", "17.05.2026", "", "2026-02-30", "1.234", "-7"),
    "field2": (
        "17.05.2026",
        "5/6/2026",
        "soon",
        "2026-05-17",
        "",
        "31.02.2026",
        "17 Mai 2026",
        "7",
    ),
}
READ = {
    NUMBER: ("1234", "12.5", "M", "17.05.2026", "", "2026-02-30", "1234", "-7"),
    DATE: ("1.234", "12,5", "M", "2026-05-17", "", "2026-02-30", "1.234", "-7"),
}
BACK = {
    NUMBER: ("1234", "12,5", "M", "17.05.2026", "", "2026-02-30", "1234", "-7"),
    DATE: ("1.234", "12,5", "M", "17.05.2026", "", "2026-02-30", "1.234", "-7"),
}


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    account = db.session.get_one(Account, cast.owner.account_id)
    account.region = "DE"
    db.session.commit()
    for n, (first, second) in enumerate(zip(*VALUES.values(), strict=True)):
        values = {"phone": f"+4860123450{n}", "field1": first, "field2": second}
        recipients.add(account, values, Basis())
    return account


def chosen(**types: FieldType) -> dict[str, FieldType]:
    return {name: types.get(name, TEXT) for name in fields.FREE_FIELDS}


def change(account: Account, cast: Cast, types: Mapping[str, FieldType]) -> int:
    by = db.session.get_one(User, cast.owner.user_id)
    names = dict.fromkeys(fields.FREE_FIELDS, "")
    action = field_types.change(account, names, types, by)
    assert action is not None
    action_id = action.id
    while run.work(action_id, 0.0):
        pass
    db.session.expire_all()
    return db.session.get_one(type(action), action_id).changed


def values(account: Account, name: str) -> tuple[str, ...]:
    query = db.select(getattr(Recipient, name)).where(Recipient.account_id == account.id)
    return tuple(db.session.scalars(query.order_by(Recipient.id)))


@pytest.mark.parametrize("type_", [NUMBER, DATE])
def test_what_fits_is_read_and_the_rest_stays_and_all_comes_back(
    account: Account, cast: Cast, type_: FieldType
) -> None:
    (effect,) = field_types.effects(account, chosen(field1=type_))
    unfit = {NUMBER: ["2026-02-30", "17.05.2026", "M"], DATE: ["-7", "1.234", "2026-02-30"]}
    assert (effect.read, effect.unfit, effect.all_read) == (7, 3 if type_ == NUMBER else 6, True)
    assert effect.examples == unfit[type_]
    change(account, cast, chosen(field1=type_))
    assert fields.types(account)["field1"] == type_
    assert values(account, "field1") == READ[type_]
    assert values(account, "field2") == VALUES["field2"]
    assert not field_types.effects(account, chosen(field1=type_))
    change(account, cast, chosen())
    assert values(account, "field1") == BACK[type_]
    change(account, cast, chosen(field1=type_))
    assert values(account, "field1") == READ[type_]


def test_two_fields_are_read_in_one_go_and_an_empty_one_needs_none(
    account: Account, cast: Cast
) -> None:
    types = chosen(field1=NUMBER, field2=DATE, field3=DATE)
    assert change(account, cast, types) == 3
    assert values(account, "field1") == READ[NUMBER]
    days = ("2026-05-17", "2026-06-05", "soon", "2026-05-17", "", "31.02.2026", "2026-05-17", "7")
    assert values(account, "field2") == days
    by = db.session.get_one(User, cast.owner.user_id)
    names = dict.fromkeys(fields.FREE_FIELDS, "")
    assert field_types.change(account, names, {**types, "field3": TEXT}, by) is None
    assert "field3" not in fields.types(account)
    # A number that becomes a date is read as it was shown.
    change(account, cast, {**types, "field1": DATE, "field3": TEXT})
    shown = ("1234", "12,5", "M", "2026-05-17", "", "2026-02-30", "1234", "-7")
    assert values(account, "field1") == shown
