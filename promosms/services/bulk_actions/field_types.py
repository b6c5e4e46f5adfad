"""The types of the free fields: what a change does with the values that are there, and the change.

A value that can be read gets the form in which values of its new type are kept. Any other stays the
text that it is, so that the type can be changed back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import local_values
from promosms.lib.local_values import Unreadable
from promosms.models import Account, BulkAction, BulkKind, FieldType, Recipient, User, table_of
from promosms.services.bulk_actions import actions
from promosms.services.bulk_actions.actions import Chosen
from promosms.services.recipients import field_values, fields, recipients
from promosms.services.recipients.filters import Search

MOST_READ = 20_000
"""So many values of a field are read while somebody waits for the page."""
SHOWN = 3

Types = Mapping[str, FieldType]


@dataclass(frozen=True)
class Effect:
    """What becomes of the values of a field: how many were read, which of them do not fit."""

    name: str
    type: FieldType
    read: int
    unfit: int
    examples: Sequence[str]

    @property
    def all_read(self) -> bool:
        """Are these all values?"""
        return self.read < MOST_READ


@dataclass(frozen=True)
class _OfFields(Chosen):
    """All recipients, and of which fields the values are read, with the types that they had."""

    before: dict[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As an action stores it."""
        return {**super().stored(), "fields": self.before}


def effects(account: Account, chosen: Types) -> list[Effect]:
    """What the fields hold that would become numbers or dates."""
    before = _types(account)
    found = []
    for name, type_ in chosen.items():
        if type_ not in (FieldType.TEXT, before[name]):
            values = _values(account.id, name)
            unfit = [
                value for value in values if not _fits(before[name], type_, value, account.region)
            ]
            examples = list(dict.fromkeys(unfit))[:SHOWN]
            found.append(Effect(name, type_, len(values), len(unfit), examples))
    return found


def change(
    account: Account, labels: Mapping[str, str], chosen: Types, by: User
) -> BulkAction | None:
    """Save names and types; the action that reads the values anew, if there are any to read."""
    before = _types(account)
    changed = {name: before[name].value for name in chosen if chosen[name] != before[name]}
    filled = {name: old for name, old in changed.items() if _values(account.id, name, 1)}
    account_id = account.id
    with transaction() as session:
        recipients.name_fields(account, labels)
        kept = {name: str(type_) for name, type_ in chosen.items() if type_ != FieldType.TEXT}
        session.execute(update(Account).where(Account.id == account_id).values(field_types=kept))
        if not filled:
            return None
        everybody = _OfFields(Search(account_id), before=filled)
        return actions.begin(everybody, BulkKind.READ_VALUES, by)


def read_values(session: Session, action: BulkAction, ids: Sequence[int]) -> int:
    """Within a transaction: read the values of these recipients anew; returns how many changed."""
    account = session.get_one(Account, action.account_id)
    region, types = account.region, _types(account)
    before = {name: FieldType(old) for name, old in action.chosen["fields"].items()}
    columns = table_of(Recipient).c
    query = select(columns.id, *(columns[name] for name in before)).where(columns.id.in_(ids))
    changed = []
    for row in session.connection().execute(query.order_by(columns.id)).mappings():
        values = {name: _anew(old, types[name], row[name], region) for name, old in before.items()}
        if any(values[name] != row[name] for name in before):
            changed.append({"id": row["id"], **values})
    if changed:
        session.execute(update(Recipient), changed)
    return len(changed)


def _anew(old: FieldType, new: FieldType, kept: str, region: str) -> str:
    """A value in the form of its new type. It is read as it was shown with the old one."""
    typed = field_values.as_typed(old, kept, region)
    try:
        return field_values.read(new, typed, local_values.ways(region)) or typed
    except Unreadable:
        return typed


def _fits(old: FieldType, new: FieldType, kept: str, region: str) -> bool:
    return field_values.fits(new, _anew(old, new, kept, region))


def _types(account: Account) -> dict[str, FieldType]:
    known = fields.types(account)
    return {name: known.get(name, FieldType.TEXT) for name in fields.FREE_FIELDS}


def _values(account_id: int, name: str, most: int = MOST_READ) -> Sequence[str]:
    """Values of a field, those of the newest recipients first."""
    column = table_of(Recipient).c[name]
    query = select(column).where(Recipient.account_id == account_id, column != "")
    return db.session.scalars(query.order_by(Recipient.id.desc()).limit(most)).all()
