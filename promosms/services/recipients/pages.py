"""Pages of recipients: search, filters, keyset paging, and a total that is cheap to count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from promosms.extensions import db
from promosms.lib.pages import Key, id_of, page_of, select_page
from promosms.models import (
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    table_of,
)
from promosms.services.recipients import filters, recipients, states
from promosms.services.recipients.filters import Search
from promosms.services.recipients.search import FEW, MOST_FOUND, Found, find, search_terms
from promosms.services.recipients.segments import counts as segment_counts
from promosms.services.recipients.segments import queries
from promosms.services.recipients.segments.counts import Counted
from promosms.services.recipients.states import State

PAGE = 50
MOST_WALKED = 100_000
"""So many recipients are looked at for a page of a segment in which there may be few."""
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
    about: bool = False
    """Do some who were looked at stand for all?"""
    counted_at: datetime | None = None
    """When the total was counted, if not now."""
    looked_at: int = 0
    """So many of all were looked at for this page, if the next one has to go on looking."""

    @property
    def more_than_counted(self) -> bool:
        """Is the total only a lower bound?"""
        return self.most_counted is not None and self.total > self.most_counted


def page(search: Search) -> RecipientPage:
    """A page of recipients, the newest first."""
    last = id_of(table_of(Recipient), search.account_id, search.after)
    terms = search_terms(search.words)
    border = None
    if terms:
        found = _found(search, terms, last)
        rows, counted = states.rows(found.ids), Counted(found.total)
    elif search.segment is not None:
        border, counted = _border(search.account_id, last), _count_in_segment(search)
        rows = _in_segment(search, last, border)
    else:
        counted = Counted(states.count(search.account_id, search.on_list)[search.state])
        rows = states.newest(search.account_id, search.on_list, search.state, last, PAGE)
    shown = page_of(rows, PAGE, lambda recipient: recipient.public_id)
    further = border.public_id if border is not None and shown.next_key is None else ""
    return RecipientPage(
        recipients=shown.rows,
        opted_out=opted_out(search.account_id, [recipient.phone for recipient in shown.rows]),
        lists=recipients.lists_of([recipient.id for recipient in shown.rows]),
        next_key=shown.next_key or further or None,
        total=counted.people,
        most_counted=MOST_FOUND if terms else None,
        about=counted.about,
        counted_at=counted.at,
        looked_at=MOST_WALKED if further else 0,
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


def _in_segment(search: Search, last: int | None, border: Any) -> Sequence[Recipient]:
    """The newest in a segment, in a state and on a list as well if these are chosen."""
    query = select(Recipient).where(*filters.conditions(search))
    if border is not None:
        query = query.where(Recipient.id >= border.id)
    return db.session.scalars(select_page(query, Recipient.id, last, PAGE)).all()


def _border(account_id: int, last: int | None) -> Any:
    """The last recipient who is looked at for this page; None if nobody is left after it."""
    query = select(Recipient.id, Recipient.public_id).where(Recipient.account_id == account_id)
    query = select_page(query, Recipient.id, last, 1).offset(MOST_WALKED - 1)
    rows = db.session.execute(query).all()
    return rows[0] if len(rows) > 1 else None


def _count_in_segment(search: Search) -> Counted:
    if search.segment is not None and search.state is State.ALL and search.on_list is None:
        return segment_counts.of(search.account_id, [search.segment])[search.segment.id]
    return segment_counts.now_or_about(search.account_id, and_(*filters.conditions(search)))


def _found(search: Search, terms: Sequence[str], last: int | None) -> Found:
    """One more than the page shows, which proves that there is a next one."""
    among, few = select(Recipient.id).where(*states.conditions(search.state)), True
    if search.segment is not None:
        among = among.where(queries.conditions(search.segment))
    if search.on_list is not None and search.on_list.size <= FEW:
        member = ListRecipient.recipient_id == Recipient.id
        among = among.join(ListRecipient, and_(member, ListRecipient.list_id == search.on_list.id))
    elif search.state in NARROW and states.count(search.account_id)[search.state] <= FEW:
        out = select(Suppression.phone).where(Suppression.account_id == search.account_id)
        own = Recipient.account_id == search.account_id
        among = among.where(own, Recipient.phone.in_(out))
    else:
        few = False
    if search.on_list is not None and search.on_list.size > FEW:
        among = among.where(states.on(search.on_list))
    return find(search.account_id, terms, PAGE + 1, before=last, among=among, few=few)
