"""Pages of recipients: search, filters, keyset paging, and a total that is cheap to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from promosms.extensions import db
from promosms.lib.pages import Key, id_of, page_of, select_page
from promosms.models import (
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    table_of,
)
from promosms.services.recipients import recipients
from promosms.services.recipients.search import FEW, MOST_FOUND, Found, find, search_terms

PAGE = 50
MOST_COUNTED = 100_000


class State(StrEnum):
    """Which recipients to show."""

    ALL = "all"
    TEXTABLE = "textable"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    HELD = "held"


@dataclass(frozen=True)
class Search:
    """What to show. `after` is the public id of the last recipient of the page before."""

    account_id: int
    words: str = ""
    state: State = State.ALL
    on_list: RecipientList | None = None
    after: str = ""


@dataclass(frozen=True)
class RecipientPage:
    """Some recipients, the opted-out numbers among them, their lists, and the total number."""

    recipients: Sequence[Recipient]
    opted_out: dict[str, str]
    lists: dict[int, list[RecipientList]]
    next_key: Key | None
    total: int
    most_counted: int = MOST_COUNTED

    @property
    def more_than_counted(self) -> bool:
        """Is the total only a lower bound?"""
        return self.total > self.most_counted


def page(search: Search) -> RecipientPage:
    """A page of recipients, the newest first."""
    last = id_of(table_of(Recipient), search.account_id, search.after)
    terms = search_terms(search.words)
    if terms:
        found = _found(search, terms, last)
        rows, total = _rows(found.ids), found.total
    else:
        query = select_page(_matching(search), Recipient.id, last, PAGE)
        rows, total = db.session.scalars(query).all(), _total(search)
    shown = page_of(rows, PAGE, lambda recipient: recipient.public_id)
    return RecipientPage(
        recipients=shown.rows,
        opted_out=opted_out(search.account_id, [recipient.phone for recipient in shown.rows]),
        lists=recipients.lists_of([recipient.id for recipient in shown.rows]),
        next_key=shown.next_key,
        total=total,
        most_counted=MOST_FOUND if terms else MOST_COUNTED,
    )


def opted_out(account_id: int, phones: Sequence[str]) -> dict[str, str]:
    """The numbers among `phones` that are on the account's suppression list, and how they came."""
    query = select(Suppression.phone, Suppression.source).where(
        Suppression.account_id == account_id, Suppression.phone.in_(phones)
    )
    return {row.phone: row.source for row in db.session.execute(query)}


def any_recipient(account_id: int) -> bool:
    """Does the account have any recipients?"""
    query = select(Recipient.id).where(Recipient.account_id == account_id).limit(1)
    return db.session.scalar(query) is not None


def _found(search: Search, terms: Sequence[str], last: int | None) -> Found:
    """One more than the page shows, which proves that there is a next one."""
    members = [ListRecipient.recipient_id == Recipient.id]
    if search.on_list is not None:
        members.append(ListRecipient.list_id == search.on_list.id)
    among, few = select(Recipient.id).where(*_in_state(search.state)), True
    if search.on_list is not None and search.on_list.size <= FEW:
        among = among.join(ListRecipient, and_(*members))
    elif search.state in (State.OPTED_OUT, State.HELD) and _few_opted_out(search.account_id):
        out = select(Suppression.phone).where(Suppression.account_id == search.account_id)
        own = Recipient.account_id == search.account_id
        among = among.where(own, Recipient.phone.in_(out))
    else:
        few = False
    if search.on_list is not None and search.on_list.size > FEW:
        among = among.where(exists().where(*members).correlate(Recipient))
    return find(search.account_id, terms, PAGE + 1, before=last, among=among, few=few)


def _few_opted_out(account_id: int) -> bool:
    some = select(Suppression.id).where(Suppression.account_id == account_id).limit(FEW + 1)
    return (db.session.scalar(select(func.count()).select_from(some.subquery())) or 0) <= FEW


def _rows(ids: Sequence[int]) -> Sequence[Recipient]:
    query = select(Recipient).where(Recipient.id.in_(ids)).order_by(Recipient.id.desc())
    return db.session.scalars(query).all()


def _matching(search: Search) -> Select[Recipient]:
    query = select(Recipient).where(Recipient.account_id == search.account_id)
    if search.on_list is not None:
        query = query.join(ListRecipient, ListRecipient.recipient_id == Recipient.id).where(
            ListRecipient.list_id == search.on_list.id
        )
    return query.where(*_in_state(search.state))


def _in_state(state: State) -> list[ColumnElement[bool]]:
    same = Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    suppressed = exists().where(*same).correlate(Recipient)
    held = Suppression.source == SuppressionSource.HELD
    conditions: dict[State, list[ColumnElement[bool]]] = {
        State.TEXTABLE: [Recipient.consent == Consent.GIVEN, ~suppressed],
        State.NO_CONSENT: [Recipient.consent == Consent.NONE],
        State.OPTED_OUT: [suppressed.where(~held)],
        State.HELD: [suppressed.where(held)],
    }
    return conditions.get(state, [])


def _total(search: Search) -> int:
    if search.on_list is not None and search.state is State.ALL:
        return search.on_list.size
    counted = _matching(search).with_only_columns(Recipient.id).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(counted)) or 0
