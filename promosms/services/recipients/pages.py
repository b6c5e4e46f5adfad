"""Pages of recipients: search, filters, keyset paging, and a total that is cheap to count."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select

from promosms.extensions import db
from promosms.lib.pages import Key, id_of, page_of
from promosms.models import (
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    table_of,
)
from promosms.services.recipients import recipients, states
from promosms.services.recipients.filters import Search
from promosms.services.recipients.search import FEW, MOST_FOUND, Found, find, search_terms
from promosms.services.recipients.states import State

PAGE = 50
NARROW = (State.OPTED_OUT, State.HELD)
"""States in which there may be few of many recipients, who are then found without the index."""


@dataclass(frozen=True)
class RecipientPage:
    """Some recipients, the opted-out numbers among them, their lists, and the total number."""

    recipients: Sequence[Recipient]
    opted_out: dict[str, str]
    lists: dict[int, list[RecipientList]]
    next_key: Key | None
    total: int
    most_counted: int | None = None

    @property
    def more_than_counted(self) -> bool:
        """Is the total only a lower bound?"""
        return self.most_counted is not None and self.total > self.most_counted


def page(search: Search) -> RecipientPage:
    """A page of recipients, the newest first."""
    last = id_of(table_of(Recipient), search.account_id, search.after)
    terms = search_terms(search.words)
    if terms:
        found = _found(search, terms, last)
        rows, total = states.rows(found.ids), found.total
    else:
        total = states.count(search.account_id, search.on_list)[search.state]
        rows = states.newest(search.account_id, search.on_list, search.state, last, PAGE)
    shown = page_of(rows, PAGE, lambda recipient: recipient.public_id)
    return RecipientPage(
        recipients=shown.rows,
        opted_out=opted_out(search.account_id, [recipient.phone for recipient in shown.rows]),
        lists=recipients.lists_of([recipient.id for recipient in shown.rows]),
        next_key=shown.next_key,
        total=total,
        most_counted=MOST_FOUND if terms else None,
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
    among, few = select(Recipient.id).where(*states.conditions(search.state)), True
    if search.on_list is not None and search.on_list.size <= FEW:
        among = among.join(ListRecipient, and_(*members))
    elif search.state in NARROW and states.count(search.account_id)[search.state] <= FEW:
        out = select(Suppression.phone).where(Suppression.account_id == search.account_id)
        own = Recipient.account_id == search.account_id
        among = among.where(own, Recipient.phone.in_(out))
    else:
        few = False
    if search.on_list is not None and search.on_list.size > FEW:
        among = among.where(exists().where(*members).correlate(Recipient))
    return find(search.account_id, terms, PAGE + 1, before=last, among=among, few=few)
