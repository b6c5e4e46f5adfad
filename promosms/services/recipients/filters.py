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
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
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


def as_filter(search: Search) -> Filter:
    """The same as conditions that can be saved, without a segment that was chosen as well."""
    rows = [
        *([_row(Kind.LIST, "on", search.on_list.public_id)] if search.on_list else []),
        *(_row(*asked) for asked in _STATES[search.state]),
        *([_row(Kind.SEARCH, "words", search.words.strip())] if search.words.strip() else []),
    ]
    return Filter(Match.ALL, tuple(rows))


def _row(kind: Kind, test: str, value: str = "") -> Condition:
    return Condition(kind, kind.value, test, value)


_STATES: dict[State, tuple[tuple[Kind, str], ...]] = {
    State.ALL: (),
    State.TEXTABLE: (
        *((Kind.CONSENT, "given"), (Kind.OPTED_OUT, "not_out")),
        (Kind.OPTED_OUT, "not_held"),
    ),
    State.NO_CONSENT: ((Kind.CONSENT, "not_given"),),
    State.OPTED_OUT: ((Kind.OPTED_OUT, "out"),),
    State.HELD: ((Kind.OPTED_OUT, "held"),),
}


def select_all(search: Search, *columns: Any) -> Select[Any]:
    """A query over everybody whom the search shows."""
    return select(*columns).where(*conditions(search))
