"""What a page of recipients shows, as conditions: for all of them, not for a page.

The pages find the newest along shorter ways (pages.py), but must show the same people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from promosms.extensions import db
from promosms.models import ListRecipient, Recipient, RecipientList, Segment
from promosms.services.recipients import states
from promosms.services.recipients.search import contains, search_terms
from promosms.services.recipients.segments import queries
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from promosms.services.recipients.states import State


class FilterGone(Exception):
    """The list that the recipients are on does not exist any more."""


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


def stored(search: Search) -> dict[str, Any]:
    """A search without its position, as work on everybody whom it shows stores it.

    A segment is stored as it is now: who changes it later means others.
    """
    on_list = search.on_list
    return {
        "words": search.words,
        "state": str(search.state),
        "list": on_list.public_id if on_list else "",
        **({"segment": search.segment.conditions} if search.segment else {}),
    }


def of_stored(account_id: int, values: Mapping[str, Any]) -> Search:
    """The search that was stored; raises FilterGone."""
    conditions = values.get("segment")
    return Search(
        account_id,
        values.get("words", ""),
        State(values.get("state", State.ALL)),
        _list(account_id, values.get("list", "")),
        segment=None
        if conditions is None
        else Segment(account_id=account_id, conditions=conditions),
    )


def _list(account_id: int, public_id: str) -> RecipientList | None:
    if not public_id:
        return None
    query = select(RecipientList).where(
        RecipientList.account_id == account_id, RecipientList.public_id == public_id
    )
    found = db.session.scalar(query)
    if found is None:
        raise FilterGone
    return found


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
