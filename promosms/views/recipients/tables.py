"""The table of recipients, which the page of all and the page of one list share."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask import Response, request, stream_with_context, url_for

from promosms.language import gettext as _
from promosms.lib import csv_files
from promosms.models import RecipientList
from promosms.services.recipients import fields, lists
from promosms.services.recipients import pages as recipient_pages
from promosms.services.recipients.pages import Search, State
from promosms.sms import phone
from promosms.web.access import my_account


def pretty(e164: str) -> str:
    """A number with the spaces of its country; as it is when it belongs to no country."""
    try:
        return phone.pretty(e164)
    except phone.InvalidPhone:
        return e164


def state_words() -> dict[State, str]:
    """The choices of the filter."""
    return {
        State.ALL: _("All"),
        State.TEXTABLE: _("Can get promotions"),
        State.NO_CONSENT: _("Have not agreed"),
        State.OPTED_OUT: _("Opted out"),
    }


def table(on_list: RecipientList | None = None) -> dict[str, object]:
    """What the template of the table needs, as the address asks for it."""
    account = my_account()
    asked = request.args
    own = lists.all_of(account.id)
    chosen = on_list or next((one for one in own if one.public_id == asked.get("list")), None)
    state = asked.get("state", "")
    search = Search(
        account_id=account.id,
        words=asked.get("q", "")[:100].replace("\0", ""),
        state=State(state) if state in set(State) else State.ALL,
        on_list=chosen,
        after=asked.get("after", ""),
    )
    return {
        "page": recipient_pages.page(search),
        "search": search,
        "own_lists": own,
        "states": state_words(),
        "narrowed": bool(search.words or search.state is not State.ALL or (chosen and not on_list)),
        "address": _address(on_list, search),
    }


def names() -> dict[str, str]:
    """The names of the fields of the signed-in account."""
    return fields.labels(my_account())


def csv_file(rows: Iterable[Sequence[str | Decimal]], name: str) -> Response:
    """A CSV file that is written while it is sent."""
    return Response(
        stream_with_context(csv_files.csv_text(rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _address(on_list: RecipientList | None, search: Search) -> dict[str, str]:
    """The arguments of this page without its place, for the links to the next one."""
    asked = {"q": search.words, "state": search.state if search.state is not State.ALL else ""}
    if search.on_list is not None and on_list is None:
        asked["list"] = search.on_list.public_id
    return {name: str(value) for name, value in asked.items() if value}


def back_to(on_list: str) -> str:
    """The page that a bulk action was chosen on."""
    if on_list:
        return url_for("lists.page", public_id=on_list)
    return url_for("recipients.index")
