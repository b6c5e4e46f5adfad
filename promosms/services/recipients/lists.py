"""Lists: create, rename, delete; put recipients on them and take them off.

Code that changes who is on a list locks the lists first, in the order of their ids. Otherwise two
transactions could wait for each other.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.bulk import each_of
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignList,
    CampaignStatus,
    ListRecipient,
    Recipient,
    RecipientList,
    SignUpForm,
    UtcDateTime,
    now,
    table_of,
)
from promosms.services.recipients.segments import segments

COLUMNS = ["list_id", "recipient_id", "account_id", "joined_at"]
MOST_LISTS = 500
"""With so many lists an import creates no further ones."""


class NameTaken(Exception):
    """The account already has a list of this name."""


class TooManyLists(Exception):
    """A file names more lists than an account can have by imports: its column is no list."""


class ListInUse(Exception):
    """An unfinished campaign is addressed to the list, or a segment asks for it."""


def all_of(account_id: int) -> list[RecipientList]:
    """The lists of an account by name."""
    query = select(RecipientList).where(RecipientList.account_id == account_id)
    return list(db.session.scalars(query.order_by(func.lower(RecipientList.name))))


def create(account_id: int, name: str) -> RecipientList:
    """A new, empty list; raises NameTaken."""
    with _one_per_name(), transaction() as session:
        recipient_list = RecipientList(account_id=account_id, name=name.strip())
        session.add(recipient_list)
        session.flush()
    return recipient_list


def find_or_create(account_id: int, name: str) -> RecipientList:
    """The list of this name; it is created if there is none."""
    with transaction() as session:
        query = select(RecipientList).where(
            RecipientList.account_id == account_id, RecipientList.name == name.strip()
        )
        return session.scalar(query) or create(account_id, name)


def named(account_id: int, names: Collection[str]) -> dict[str, int]:
    """The ids of the lists with these names, which are created; raises TooManyLists."""
    with transaction() as session:
        # Two at once must not both create one.
        session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        query = select(RecipientList.name, RecipientList.id)
        known = dict(session.execute(query.where(RecipientList.account_id == account_id)).all())
        new = [name for name in dict.fromkeys(names) if name not in known]
        if new and len(known) + len(new) > MOST_LISTS:
            raise TooManyLists
        made = [RecipientList(account_id=account_id, name=name) for name in new]
        session.add_all(made)
        session.flush()
        known.update({one.name: one.id for one in made})
    return {name: known[name] for name in names}


def rename(recipient_list: RecipientList, name: str) -> None:
    """Give the list another name; raises NameTaken."""
    with _one_per_name(), transaction() as session:
        recipient_list.name = name.strip()
        session.flush()


def why_not_delete(recipient_list: RecipientList) -> Campaign | None:
    """The unfinished campaign that is addressed to the list, if there is one."""
    query = (
        select(Campaign)
        .join(CampaignList, CampaignList.campaign_id == Campaign.id)
        .where(
            CampaignList.list_id == recipient_list.id,
            Campaign.status.in_(CampaignStatus.UNFINISHED),
        )
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def delete_list(recipient_list: RecipientList) -> None:
    """Delete a list, not its recipients; its sign-up forms are closed. Raises ListInUse."""
    with transaction() as session:
        # Who joins by a form locks it before the list.
        its_forms = SignUpForm.list_id == recipient_list.id, SignUpForm.closed_at.is_(None)
        session.execute(update_rows(SignUpForm).where(*its_forms).values(closed_at=now()))
        lock(session, [recipient_list.id])
        if why_not_delete(recipient_list) or segments.with_list(recipient_list):
            raise ListInUse
        session.execute(delete(RecipientList).where(RecipientList.id == recipient_list.id))


def put(recipient_list: RecipientList, ids: Sequence[int]) -> int:
    """Put recipients on a list; returns how many were not on it yet."""
    with transaction() as session:
        lock(session, [recipient_list.id])
        return put_on_locked(session, recipient_list.account_id, ids, [recipient_list.id])


def take_off(recipient_list: RecipientList, ids: Sequence[int]) -> int:
    """Take recipients off a list; returns how many were on it."""
    with transaction() as session:
        lock(session, [recipient_list.id])
        return take_off_locked(session, ids, [recipient_list.id])


def lock(session: Session, list_ids: Iterable[int]) -> list[int]:
    """Lock lists in the order of their ids; returns those that still exist."""
    query = select(RecipientList.id).where(RecipientList.id.in_(sorted(set(list_ids))))
    return list(session.scalars(query.order_by(RecipientList.id).with_for_update()))


def put_on_locked(
    session: Session, account_id: int, ids: Sequence[int], list_ids: Collection[int]
) -> int:
    """Within a transaction: put recipients on locked lists and update the sizes."""
    added = 0
    for list_id in sorted(set(list_ids)):
        rows = select(literal(list_id), Recipient.id, literal(account_id), _moment()).where(
            Recipient.account_id == account_id, Recipient.id.in_(ids)
        )
        insert = upsert.insert(ListRecipient).from_select(COLUMNS, rows.order_by(Recipient.id))
        count = upsert.count(session, insert.on_conflict_do_nothing())
        _resize(session, list_id, count)
        added += count
    return added


def put_many_on_locked(
    session: Session, account_id: int, ids: Sequence[int], list_ids: Collection[int]
) -> set[int]:
    """As `put_on_locked`, for thousands of recipients whom the transaction has locked.

    Returns who was not on one yet.
    """
    put = set[int]()
    for list_id in sorted(set(list_ids)):
        one = each_of()
        rows = select(literal(list_id), one, literal(account_id), _moment()).where(true())
        insert = (
            upsert.insert(ListRecipient)
            .from_select(COLUMNS, rows)
            .on_conflict_do_nothing()
            .returning(table_of(ListRecipient).c.recipient_id)
        )
        added = session.connection().execute(insert, {"ids": ids}).scalars().all()
        _resize(session, list_id, len(added))
        put.update(added)
    return put


def take_off_locked(session: Session, ids: Sequence[int], list_ids: Collection[int]) -> int:
    """Within a transaction: take recipients off locked lists and update the sizes."""
    removed = 0
    for list_id in sorted(set(list_ids)):
        statement = delete(ListRecipient).where(
            ListRecipient.list_id == list_id, ListRecipient.recipient_id.in_(ids)
        )
        count = upsert.count(session, statement)
        _resize(session, list_id, -count)
        removed += count
    return removed


def _moment() -> ColumnElement[datetime]:
    """Since when they stand on it: from now on."""
    return literal(now(), UtcDateTime())


def _resize(session: Session, list_id: int, by: int) -> None:
    if by:
        session.execute(
            update_rows(RecipientList)
            .where(RecipientList.id == list_id)
            .values(size=RecipientList.size + by)
        )


@contextmanager
def _one_per_name() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise NameTaken from error
