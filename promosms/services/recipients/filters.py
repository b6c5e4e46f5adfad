"""What a page of recipients shows, as conditions: for all of them, not for a page.

The pages find the newest along shorter ways (pages.py), but must show the same people.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from promosms.models import ListRecipient, Recipient, RecipientList, Segment
from promosms.services.recipients import states
from promosms.services.recipients.search import contains, search_terms
from promosms.services.recipients.segments import queries
from promosms.services.recipients.states import State


@dataclass(frozen=True)
class Search:
    """What to show. `after` is the public id of the last recipient of the page before."""

    account_id: int
    words: str = ""
    state: State = State.ALL
    on_list: RecipientList | None = None
    after: str = ""
    segment: Segment | None = None


def conditions(search: Search) -> list[ColumnElement[bool]]:
    """The conditions that a recipient is one of those whom the search shows, on any page."""
    found = [*states.conditions(search.state), *contains(search_terms(search.words))]
    if search.on_list is not None:
        found.append(
            exists().where(
                ListRecipient.list_id == search.on_list.id,
                ListRecipient.recipient_id == Recipient.id,
            )
        )
    if search.segment is not None:
        found.append(queries.conditions(search.segment))
    return [Recipient.account_id == search.account_id, *found]


def select_all(search: Search, *columns: Any) -> Select[Any]:
    """A query over everybody whom the search shows."""
    return select(*columns).where(*conditions(search))
