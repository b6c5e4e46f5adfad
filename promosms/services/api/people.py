"""People whom programs add, change and delete: one by its number, with lists and consent.

A request is done as a whole or not at all. An opt-out counts more than whatever a program says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import (
    FIELD_NAMES,
    FIELDS,
    Account,
    ApiKey,
    Consent,
    ConsentHow,
    FieldType,
    ImportMode,
    Input,
    ListRecipient,
    Recipient,
    RecipientList,
    now,
)
from promosms.services.api import composing, idempotency
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.recipients import consents, field_values, fields, lists, pages, recipients
from promosms.services.recipients.consent import FIRST_DAY, Basis
from promosms.services.recipients.search import search_text
from promosms.services.sending import opt_outs

ADDED, CHANGED = "recipient", "recipient-changed"
"""What came of a request, as `idempotency` keeps it."""
_LINES = {field.name for field in FIELDS if field.input == Input.LINES}


class Unfit(StrEnum):
    """Why a value cannot stand where it was sent."""

    NUMBER = "number"
    DATE = "date"
    BIRTHDAY = "birthday"
    NO_SOURCE = "no_source"
    NO_DAY = "no_day"
    TOO_EARLY = "too_early"
    TO_COME = "to_come"


class UnfitValue(Exception):
    """A value does not fit; `path` leads to it in the request."""

    def __init__(self, why: Unfit, *path: str) -> None:
        super().__init__(why)
        self.why, self.path = why, path


@dataclass(frozen=True)
class Wish:
    """What a program says of a person: only the `values` that it has sent, lists by public id.

    Without `basis` it says nothing of a consent.
    """

    phone: str
    values: Mapping[str, str]
    lists: Sequence[str] = ()
    existing: ImportMode = ImportMode.COMPLETE
    basis: Basis | None = None


@dataclass(frozen=True)
class Person:
    """A recipient, and what belongs to it in other tables."""

    recipient: Recipient
    lists: Sequence[RecipientList]
    basis: Basis
    opted_out: bool


def put(key: ApiKey, wish: Wish, once: Once | None) -> str:
    """Add a person, or change the one with this number; returns what came of it.

    Raises Refused and UnfitValue, and what `idempotency.begin` raises.
    """
    account, e164 = db.session.get_one(Account, key.account_id), _number(wish.phone)
    values = _values(account, wish.values)
    if wish.basis is not None and wish.basis.given:
        _check(account, wish.basis)

    def work(session: Session) -> str:
        idempotency.begin(session, once)
        result = _write(session, key, wish, e164, values)
        idempotency.finish(session, once, result)
        return result

    if wish.basis is not None and not wish.basis.given:
        # As after an opt-out: nothing is submitted to them when this returns.
        return opt_outs.alone(key.account_id, e164, work)
    with transaction() as session:
        opt_outs.lock_shared(session, key.account_id)
        return work(session)


def of_result(key: ApiKey, result: str) -> tuple[Person, bool] | None:
    """The person of a request as they are now, and whether it has added them; None if deleted."""
    name, _, number = result.partition(":")
    query = select(Recipient).where(
        Recipient.id == int(number), Recipient.account_id == key.account_id
    )
    found = db.session.scalar(query.execution_options(populate_existing=True))
    return (_described(key.account_id, [found])[0], name == ADDED) if found else None


def find(key: ApiKey, public_id: str) -> Person | None:
    """The person of the account with this id; nobody in the sandbox."""
    if key.sandbox or not public_id.isalnum():  # an address may hold bytes that no database takes
        return None
    query = select(Recipient).where(
        Recipient.account_id == key.account_id, Recipient.public_id == public_id
    )
    found = db.session.scalar(query)
    return _described(key.account_id, [found])[0] if found else None


def page(
    key: ApiKey, after: int | None, size: int, phone: str = "", list_id: str = ""
) -> Page[Person]:
    """A page of people, the newest first, with this number or on this list if one is named.

    Raises Refused for a list that the account has not; there is nobody in the sandbox.
    """
    if key.sandbox:
        return Page([], None)
    query, column = select(Recipient).where(Recipient.account_id == key.account_id), Recipient.id
    if list_id:
        column = ListRecipient.recipient_id
        [on_list] = _list_ids(key.account_id, [list_id], "list").values()
        query = query.join(ListRecipient, column == Recipient.id)
        query = query.where(ListRecipient.list_id == on_list)
    if phone:
        query = query.where(Recipient.phone == phone)
    rows = db.session.scalars(select_page(query, column, after, size))
    found = page_of(rows, size, lambda recipient: recipient.id)
    return Page(_described(key.account_id, found.rows), found.next_key)


def delete(key: ApiKey, public_id: str) -> bool:
    """Delete a person: texts that wait are skipped, an opt-out stays. False if nobody is there."""
    if key.sandbox or not public_id.isalnum():
        return False
    return recipients.delete_many(key.account_id, [public_id]) > 0


def _described(account_id: int, rows: Sequence[Recipient]) -> list[Person]:
    on_lists = recipients.lists_of([row.id for row in rows])
    acts = consents.of_many(row.consent_id for row in rows)
    out = pages.opted_out(account_id, [row.phone for row in rows])
    return [
        Person(
            row,
            on_lists[row.id],
            consents.basis_of(acts.get(row.consent_id or 0)),
            row.phone in out,
        )
        for row in rows
    ]


def _write(session: Session, key: ApiKey, wish: Wish, e164: str, values: Mapping[str, str]) -> str:
    """The order of locks is that of `recipients.change`: texts, lists, then the person."""
    withdraws = wish.basis is not None and not wish.basis.given
    known = recipients.by_phone(key.account_id, e164)
    if withdraws and known is not None and known.consent == Consent.GIVEN:
        waiting = recipients.texts_waiting(session, key.account_id, [known.public_id])
        opt_outs.skip_promotions(session, waiting)
    list_ids = _locked(session, key.account_id, wish.lists)
    person, added = recipients.one_with(session, key.account_id, e164)
    before = _known(person)
    _fill(person, values, ImportMode.OVERWRITE if added else wish.existing)
    if wish.basis is not None:
        _note(session, person, wish.basis, key.created_by)
    put_on = lists.put_on_locked(session, key.account_id, [person.id], list_ids)
    if not added and (put_on or _known(person) != before):
        person.updated_at = now()
    session.flush()
    return f"{ADDED if added else CHANGED}:{person.id}"


def _fill(person: Recipient, values: Mapping[str, str], mode: ImportMode) -> None:
    before = {name: getattr(person, name) for name in FIELD_NAMES}
    if mode == ImportMode.LEAVE:
        return
    if mode == ImportMode.COMPLETE:
        values = {name: value for name, value in values.items() if not before[name]}
    for name, value in values.items():
        setattr(person, name, value)
    person.search = search_text(person.phone, {**before, **values})


def _known(person: Recipient) -> tuple[object, ...]:
    """What a request can change of a person."""
    return *(getattr(person, name) for name in FIELD_NAMES), person.consent_id


def _note(session: Session, person: Recipient, basis: Basis, by: str) -> None:
    """Who has withdrawn since they agreed stays without consent: the program tells old news."""
    if basis.given and consents.withdrawn_since(person, basis.day):
        return
    consents.set_one(session, person, basis, by, ConsentHow.API)


def _number(written: str) -> str:
    try:
        return composing.number_of(written).e164
    except Refused as error:
        raise Refused(error.code, "phone", **error.values) from error


def _values(account: Account, sent: Mapping[str, str]) -> dict[str, str]:
    """The values as they are kept; raises UnfitValue for one of another type."""
    types, kept = fields.types(account), dict[str, str]()
    for name, value in sent.items():
        kept[name] = value.strip() if name in _LINES else " ".join(value.split())
        type_ = types.get(name, FieldType.TEXT)
        if kept[name] and not field_values.fits(type_, kept[name]):
            raise UnfitValue(Unfit(type_.value), name)
    return kept


def _check(account: Account, basis: Basis) -> None:
    """A consent needs its evidence, of a day that has come where the account is."""
    if not basis.source.strip():
        raise UnfitValue(Unfit.NO_SOURCE, "consent", "source")
    if why := _wrong_day(basis.day, now().astimezone(ZoneInfo(account.timezone)).date()):
        raise UnfitValue(why, "consent", "agreed_on")


def _wrong_day(day: date | None, today: date) -> Unfit | None:
    if day is None:
        return Unfit.NO_DAY
    if day < FIRST_DAY:
        return Unfit.TOO_EARLY
    return Unfit.TO_COME if day > today else None


def _locked(session: Session, account_id: int, public_ids: Sequence[str]) -> list[int]:
    """The ids of these lists, locked; raises Refused if one is not there any more."""
    found = _list_ids(account_id, public_ids, "lists")
    there = lists.lock(session, found.values())
    if gone := [public_id for public_id, list_id in found.items() if list_id not in there]:
        raise Refused(Refusal.AUDIENCE, "lists", unknown=sorted(gone))
    return there


def _list_ids(account_id: int, public_ids: Sequence[str], member: str) -> dict[str, int]:
    """The ids of lists of the account by public id; raises Refused for others."""
    query = select(RecipientList.public_id, RecipientList.id).where(
        RecipientList.account_id == account_id, RecipientList.public_id.in_(public_ids)
    )
    found = {row.public_id: row.id for row in db.session.execute(query)}
    if unknown := set(public_ids) - found.keys():
        raise Refused(Refusal.AUDIENCE, member, unknown=sorted(unknown))
    return found
