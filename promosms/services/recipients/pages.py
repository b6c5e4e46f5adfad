"""Pages of recipients: search, filters, keyset paging, and a total that is cheap to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, func, select

from promosms.extensions import db
from promosms.models import Consent, ListRecipient, Recipient, RecipientList, Suppression
from promosms.services.recipients import recipients

PAGE = 50
MOST_COUNTED = 100_000


class State(StrEnum):
    """Which recipients to show."""

    ALL = "all"
    TEXTABLE = "textable"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Search:
    """What to show. `after` is the public id of the last recipient of the page before."""

    account_id: int
    words: str = ""
    state: State = State.ALL
    on_list: RecipientList | None = None
    after: str = ""


@dataclass(frozen=True)
class Page:
    """Some recipients, the opted-out numbers among them, their lists, and the total number."""

    recipients: Sequence[Recipient]
    opted_out: set[str]
    lists: dict[int, list[RecipientList]]
    next: str
    total: int

    @property
    def more_than_counted(self) -> bool:
        """Is the total only a lower bound?"""
        return self.total > MOST_COUNTED


def page(search: Search) -> Page:
    """A page of recipients, the newest first."""
    query = _matching(search)
    last_id = _last_id(search)
    if last_id is not None:
        query = query.where(Recipient.id < last_id)
    rows = list(db.session.scalars(query.order_by(Recipient.id.desc()).limit(PAGE + 1)))
    shown = rows[:PAGE]
    return Page(
        recipients=shown,
        opted_out=opted_out(search.account_id, [recipient.phone for recipient in shown]),
        lists=recipients.lists_of([recipient.id for recipient in shown]),
        next=shown[-1].public_id if len(rows) > PAGE else "",
        total=_total(search),
    )


def opted_out(account_id: int, phones: Sequence[str]) -> set[str]:
    """The numbers among `phones` that are on the account's suppression list."""
    query = select(Suppression.phone).where(
        Suppression.account_id == account_id, Suppression.phone.in_(phones)
    )
    return set(db.session.scalars(query))


def any_recipient(account_id: int) -> bool:
    """Does the account have any recipients?"""
    query = select(Recipient.id).where(Recipient.account_id == account_id).limit(1)
    return db.session.scalar(query) is not None


def _matching(search: Search) -> Select[Recipient]:
    query = select(Recipient).where(Recipient.account_id == search.account_id)
    if search.on_list is not None:
        query = query.join(ListRecipient, ListRecipient.recipient_id == Recipient.id).where(
            ListRecipient.list_id == search.on_list.id
        )
    for term in recipients.search_terms(search.words):
        query = query.where(Recipient.search.contains(term, autoescape=True))
    return query.where(*_in_state(search.state))


def _in_state(state: State) -> list[ColumnElement[bool]]:
    suppressed = exists().where(
        Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    )
    conditions: dict[State, list[ColumnElement[bool]]] = {
        State.TEXTABLE: [Recipient.consent == Consent.GIVEN, ~suppressed],
        State.NO_CONSENT: [Recipient.consent == Consent.NONE],
        State.OPTED_OUT: [suppressed],
    }
    return conditions.get(state, [])


def _last_id(search: Search) -> int | None:
    if not search.after:
        return None
    return db.session.scalar(
        select(Recipient.id).where(
            Recipient.account_id == search.account_id, Recipient.public_id == search.after
        )
    )


def _total(search: Search) -> int:
    if search.on_list is not None and not search.words and search.state is State.ALL:
        return search.on_list.size
    counted = _matching(search).with_only_columns(Recipient.id).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(counted)) or 0
