"""Lists that programs make, rename and delete, and people whom they put on them and take off.

A request is done as a whole or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiKey, Recipient, RecipientList, table_of
from promosms.services.api import composing, idempotency, names
from promosms.services.api.composing import Refused
from promosms.services.api.idempotency import Once
from promosms.services.automations import automations
from promosms.services.recipients import lists
from promosms.services.recipients.lists import ListInUse, TooManyLists
from promosms.services.recipients.segments import segments
from promosms.services.sign_ups import forms as sign_up_forms

MOST_PEOPLE = 10_000
"""So many people are put on a list, or taken off it, by one request."""
RESULT = "list"


Act = Callable[[Session, RecipientList, Sequence[int]], int]
"""Changes who is on a locked list, and returns for how many that was new."""


class Used(ListInUse):
    """Automations or sign-up forms use a list; deleting it has to be confirmed."""

    def __init__(self, automations: int, forms: int) -> None:
        super().__init__(automations, forms)
        self.automations, self.forms = automations, forms


@dataclass(frozen=True)
class Wrong:
    """An entry of a request that is no recipient: its member and place, and what is wrong with its
    number, or None if the account has nobody with it."""

    member: str
    place: int
    why: Refused | None


class UnknownPeople(Exception):
    """Some entries of a request are no recipients of the account."""

    def __init__(self, errors: Sequence[Wrong]) -> None:
        super().__init__(len(errors))
        self.errors = errors


@dataclass(frozen=True)
class People:
    """Recipients by their public ids, and by their numbers."""

    recipients: Sequence[str] = ()
    phones: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """A list, and how many people were put on it or taken off it."""

    on_list: RecipientList
    changed: int


def find(key: ApiKey, public_id: str, *, lock: bool = False) -> RecipientList | None:
    """The list of the account with this id; none in the sandbox."""
    if key.sandbox or not public_id.isalnum():  # an address may hold bytes that no database takes
        return None
    query = select(RecipientList).where(
        RecipientList.account_id == key.account_id, RecipientList.public_id == public_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def create(key: ApiKey, name: str, once: Once | None) -> RecipientList:
    """A new, empty list. Raises NoName, NameTaken and TooManyLists."""
    kept, account_id = names.one_line(name), key.account_id
    with transaction() as session:
        idempotency.begin(session, once)
        # Two at once must not both be the last one.
        session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        count = select(func.count()).where(RecipientList.account_id == account_id)
        if (session.scalar(count) or 0) >= lists.MOST_LISTS:
            raise TooManyLists
        made = lists.create(account_id, kept)
        idempotency.finish(session, once, f"{RESULT}:{made.id}")
    return made


def of_result(key: ApiKey, result: str) -> RecipientList | None:
    """The list that a request has made, as it is now; None if it was deleted."""
    return db.session.scalar(
        select(RecipientList).where(
            RecipientList.account_id == key.account_id,
            RecipientList.id == int(result.rpartition(":")[2]),
        )
    )


def rename(key: ApiKey, public_id: str, name: str) -> RecipientList | None:
    """Give a list another name; None if there is none. Raises NoName and NameTaken."""
    kept = names.one_line(name)
    with transaction():
        found = find(key, public_id, lock=True)
        if found is not None:
            lists.rename(found, kept)
    return found


def delete(key: ApiKey, public_id: str, *, confirmed: bool) -> bool:
    """Delete a list, not its recipients; False if there is none.

    Raises ListInUse for one of a campaign or a segment, and Used if automations or open sign-up
    forms use it and that was not `confirmed`: those send nothing more, these are closed.
    """
    with transaction():
        found = find(key, public_id)
        if found is None:
            return False
        sent_by = len(automations.with_list(found))
        open_forms = sign_up_forms.offered(found.account_id)
        joined_by = sum(form.list_id == found.id for form in open_forms)
        if (sent_by or joined_by) and not confirmed:
            raise Used(sent_by, joined_by)
        lists.delete_list(found)
        return True


def users(key: ApiKey, public_id: str) -> tuple[str | None, str | None]:
    """The public ids of a campaign and of a segment that keep a list from being deleted."""
    found = find(key, public_id)
    if found is None:
        return None, None
    campaign, segment = lists.why_not_delete(found), segments.with_list(found)
    return campaign.public_id if campaign else None, segment.public_id if segment else None


def put_on(key: ApiKey, public_id: str, people: People) -> Change | None:
    """Put people on a list; None if there is none. Raises UnknownPeople."""
    return _change(key, public_id, people, _put_on)


def take_off(key: ApiKey, public_id: str, people: People) -> Change | None:
    """Take people off a list; None if there is none. Raises UnknownPeople."""
    return _change(key, public_id, people, _take_off)


def _put_on(session: Session, on_list: RecipientList, ids: Sequence[int]) -> int:
    return lists.put_on_locked(session, on_list.account_id, ids, [on_list.id])


def _take_off(session: Session, on_list: RecipientList, ids: Sequence[int]) -> int:
    return lists.take_off_locked(session, ids, [on_list.id])


def _change(key: ApiKey, public_id: str, people: People, act: Act) -> Change | None:
    numbers, wrong = _numbers(people.phones)
    try:
        return _once(key, public_id, people, numbers, wrong, act)
    except IntegrityError:
        # Somebody was deleted at this moment, and is unknown now.
        return _once(key, public_id, people, numbers, wrong, act)


def _once(
    key: ApiKey,
    public_id: str,
    people: People,
    numbers: dict[int, str],
    wrong: Sequence[Wrong],
    act: Act,
) -> Change | None:
    with transaction() as session:
        found = find(key, public_id, lock=True)
        if found is None:
            return None
        ids, unknown = _ids(session, key.account_id, people.recipients, numbers)
        if errors := [*wrong, *unknown]:
            raise UnknownPeople(sorted(errors, key=lambda one: (one.member, one.place)))
        changed = act(session, found, ids)
        session.refresh(found)
    return Change(found, changed)


def _numbers(phones: Sequence[str]) -> tuple[dict[int, str], list[Wrong]]:
    """The numbers as they are stored, by their places, and those that are none."""
    numbers, wrong = dict[int, str](), []
    for place, written in enumerate(phones):
        try:
            numbers[place] = composing.number_of(written).e164
        except Refused as error:
            wrong.append(Wrong("phones", place, error))
    return numbers, wrong


def _ids(
    session: Session, account_id: int, recipients: Sequence[str], numbers: dict[int, str]
) -> tuple[list[int], list[Wrong]]:
    """The ids of people, and the places of those whom the account has not."""
    columns = table_of(Recipient).c
    by_id = _found(session, account_id, columns.public_id, recipients)
    by_number = _found(session, account_id, columns.phone, list(numbers.values()))
    unknown = [
        Wrong("recipients", place, None)
        for place, public_id in enumerate(recipients)
        if public_id not in by_id
    ]
    unknown += [
        Wrong("phones", place, None) for place, phone in numbers.items() if phone not in by_number
    ]
    return sorted({*by_id.values(), *by_number.values()}), unknown


def _found(
    session: Session, account_id: int, column: Column[str], values: Sequence[str]
) -> dict[str, int]:
    """The ids of the recipients of the account with these values in a unique column."""
    columns = table_of(Recipient).c
    query = select(columns.id, column).where(columns.account_id == account_id)
    rows = bulk.look_up(session, query, column, sorted(set(values)))
    return {row[column.name]: row["id"] for row in rows.mappings()}
