"""The table of recipients: on the page of all, of a list and of a segment."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, request, stream_with_context, url_for
from markupsafe import Markup

from promosms import queue
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.lib import csv_files
from promosms.models import RecipientList, Segment
from promosms.services.bulk_actions import actions
from promosms.services.recipients import fields, lists, states
from promosms.services.recipients import pages as recipient_pages
from promosms.services.recipients.filters import Search
from promosms.services.recipients.segments import counts as segment_counts
from promosms.services.recipients.segments import segments
from promosms.services.recipients.states import State
from promosms.sms import phone
from promosms.views.layout import icon
from promosms.views.recipients import cells
from promosms.web.access import may_open, my_account

MOST_LISTS = 6
MOST_SEGMENTS = 4
Chip = tuple[str, str | Markup, int | None, bool]


def pretty(e164: str) -> str:
    """A number in the format of its country; unchanged when it belongs to no country."""
    try:
        return phone.pretty(e164)
    except phone.InvalidPhone:
        return e164


def state_labels() -> dict[State, str]:
    """The labels of the filter."""
    return {
        State.ALL: pgettext("people", "Everybody"),
        State.TEXTABLE: _("Can get promotions"),
        State.NO_CONSENT: _("Have not agreed"),
        State.OPTED_OUT: _("Opted out"),
        State.HELD: _("To decide"),
    }


def table(
    on_list: RecipientList | None = None, segment: Segment | None = None
) -> dict[str, object]:
    """The context of the table's template, from the query string."""
    search = search_of(request.args, on_list, segment)
    page, account_id, asked = recipient_pages.page(search), search.account_id, search.on_list
    all_lists, all_segments = lists.all_of(account_id), segments.all_of(account_id)
    count_segments(all_segments)
    narrowed = search.words or search.state is not State.ALL or (asked and not on_list)
    return {
        "page": page,
        "search": search,
        "all_lists": all_lists,
        "columns": cells.of(my_account()),
        "groups": _groups(on_list, search, all_lists, all_segments),
        "narrowed": bool(narrowed),
        "address": _address(on_list, search),
        "together": search_fields(search),
        "file": _file(search),
        "working": actions.running(account_id),
    }


def _file(search: Search) -> str:
    """The address of the file with everybody whom the page shows."""
    args: dict[str, Any] = dict(search_fields(search))
    return url_for("downloads.recipients", **args)


def search_of(
    args: Mapping[str, str], on_list: RecipientList | None = None, segment: Segment | None = None
) -> Search:
    """What is asked for in an address or a form; on the page of a list or a segment, of it."""
    account_id, state, list_id = my_account().id, args.get("state", ""), args.get("list", "")
    if on_list is None and list_id:
        all_lists = lists.all_of(account_id)
        on_list = next((one for one in all_lists if one.public_id == list_id), None)
    segment_id = args.get("segment", "")
    if segment is None and segment_id:
        all_segments = segments.all_of(account_id)
        segment = next((one for one in all_segments if one.public_id == segment_id), None)
    return Search(
        account_id=account_id,
        words=args.get("q", "")[:100].replace("\0", ""),
        state=State(state) if state in set(State) else State.ALL,
        on_list=on_list,
        after=args.get("after", ""),
        segment=segment,
    )


def search_fields(search: Search) -> dict[str, str]:
    """The words from which `search_of` makes the search again, without its position."""
    fields = {
        "q": search.words,
        "state": str(search.state) if search.state is not State.ALL else "",
        "list": search.on_list.public_id if search.on_list else "",
        "segment": search.segment.public_id if search.segment else "",
    }
    return {name: value for name, value in fields.items() if value}


def count_segments(all_segments: Sequence[Segment]) -> None:
    """Let a job count those of many people again whose count is old."""
    account_id = my_account().id
    if segment_counts.due(account_id, all_segments):
        queue.wake("work", "segments.run", account_id)


def _groups(
    on_list: RecipientList | None,
    search: Search,
    all_lists: Sequence[RecipientList],
    all_segments: Sequence[Segment],
) -> list[Chip]:
    """Links to everybody, to those in a state, and on the page of all to lists and segments."""
    endpoint, args = "recipients.index", dict[str, Any]()
    numbers: Mapping[State, int | None] = states.count(search.account_id, on_list)
    if on_list is not None:
        endpoint, args = "lists.page", {"public_id": on_list.public_id}
    if search.segment is not None:
        endpoint, args = "segments.page", {"public_id": search.segment.public_id}
        numbers = dict.fromkeys(State)
    chips: list[Chip] = []
    for state, label in state_labels().items():
        asked: dict[str, Any] = {} if state is State.ALL else {"state": str(state)}
        current = search.state is state and search.on_list is on_list
        chips.append((url_for(endpoint, **args, **asked), label, numbers[state], current))
    if args:
        return chips
    return [*chips, *_segment_chips(all_segments), *_list_chips(search, all_lists)]


def _segment_chips(all_segments: Sequence[Segment]) -> list[Chip]:
    """Links to the first segments; their counts are on their own page."""
    chips: list[Chip] = [
        (url_for("segments.page", public_id=one.public_id), one.name, None, False)
        for one in all_segments[:MOST_SEGMENTS]
    ]
    if len(all_segments) > MOST_SEGMENTS:
        chips.append((url_for("segments.index"), _("All segments"), len(all_segments), False))
    return chips


def _list_chips(search: Search, all_lists: Sequence[RecipientList]) -> list[Chip]:
    largest = sorted(all_lists, key=lambda one: -one.size)[:MOST_LISTS]
    chips: list[Chip] = [
        (
            url_for("lists.page", public_id=one.public_id),
            one.name,
            one.size,
            search.on_list is one,
        )
        for one in all_lists
        if one in largest or search.on_list is one
    ]
    if len(all_lists) > len(chips):
        return [*chips, (url_for("lists.index"), _("All lists"), len(all_lists), False)]
    if not may_open("lists.index", "POST"):
        return chips
    return [*chips, (url_for("lists.index"), icon("plus", 16) + " " + _("New list"), None, False)]


def labels() -> dict[str, str]:
    """The field labels of the signed-in account."""
    return fields.labels(my_account())


def csv_file(rows: Iterable[Sequence[str | Decimal]], name: str) -> Response:
    """A CSV file, streamed row by row."""
    return Response(
        stream_with_context(csv_files.csv_text(rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _address(on_list: RecipientList | None, search: Search) -> dict[str, str]:
    """The query arguments of this page without its position, for links to other pages."""
    fields = search_fields(search)
    own = {"list" if on_list else "", "segment"}
    return {name: value for name, value in fields.items() if name not in own}


def back_to(on_list: str) -> str:
    """The address of the page on which a bulk action was chosen."""
    if on_list:
        return url_for("lists.page", public_id=on_list)
    return url_for("recipients.index")
