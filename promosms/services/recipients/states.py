"""States of recipients: who can get promotions, who not and why; how many, and the newest of them.

Somebody who has opted out and has not agreed either is in both states.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, literal_column, select, text

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.lib.pages import select_page
from promosms.models import (
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
    Standing,
    Suppression,
    SuppressionSource,
)
from promosms.services.recipients import counts

FEW = 20_000
"""So many opted-out numbers are looked up one by one to find the newest recipients among them."""
SOME = 2_000
"""From so many on, the newest recipients are looked at first: a page of them may be there."""


class State(StrEnum):
    """Which recipients to show."""

    ALL = "all"
    TEXTABLE = "textable"
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    HELD = "held"


def count(account_id: int, on_list: RecipientList | None = None) -> Counter[State]:
    """How many recipients of an account, or of one of its lists, are in each state."""
    number: Counter[State] = Counter()
    for row in counts.of(account_id, on_list):
        number[State.ALL] += row.people
        if row.consent == Consent.NONE:
            number[State.NO_CONSENT] += row.people
        elif row.standing == Standing.FREE:
            number[State.TEXTABLE] += row.people
        if row.standing != Standing.FREE:
            number[State.HELD if row.standing == Standing.HELD else State.OPTED_OUT] += row.people
    return number


def countries(account_id: int) -> list[str]:
    """The countries of the recipients of an account."""
    return sorted({row.country for row in counts.of(account_id)})


def conditions(state: State) -> list[ColumnElement[bool]]:
    """The conditions that a recipient is in a state."""
    same = Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    suppressed = exists().where(*same).correlate(Recipient)
    of_state: dict[State, list[ColumnElement[bool]]] = {
        State.TEXTABLE: [Recipient.consent == Consent.GIVEN, ~suppressed],
        State.NO_CONSENT: [Recipient.consent == literal_column(f"'{Consent.NONE}'")],
        State.OPTED_OUT: [suppressed.where(~_HELD)],
        State.HELD: [suppressed.where(_HELD)],
    }
    return of_state.get(state, [])


def newest(
    account_id: int, on_list: RecipientList | None, state: State, before: int | None, size: int
) -> Sequence[Recipient]:
    """The recipients of a page, and one more, along the shortest way.

    The usual way is along the list, or along all recipients of the account. It would not end
    before the last of them if hardly any is in the state.
    """
    here = count(account_id, on_list)
    everywhere = here if on_list is None else count(account_id)
    if not here[state]:
        return []
    query = select(Recipient).where(Recipient.account_id == account_id, *conditions(state))
    if state is State.NO_CONSENT and on_list and everywhere[state] < here[State.ALL]:
        query = query.where(on(on_list))
    elif on_list is not None:
        query = query.join(ListRecipient, ListRecipient.recipient_id == Recipient.id)
        query = query.where(ListRecipient.list_id == on_list.id)
    query = select_page(query, Recipient.id, before, size)
    if state in (State.OPTED_OUT, State.HELD) and everywhere[state] <= FEW:
        if here[state] > SOME:
            # So many hold two pages, if those in the state are spread evenly.
            border = _border(account_id, on_list, before, 2 * size * here[State.ALL] // here[state])
            found = db.session.scalars(query.where(Recipient.id > border)).all()
            if len(found) > size:
                return found
        return _by_opt_outs(account_id, on_list, state, before, size)
    return db.session.scalars(query).all()


def _border(account_id: int, on_list: RecipientList | None, before: int | None, place: int) -> int:
    """The id below which so many recipients are not looked at, from the newest; 0 without."""
    if on_list is None:
        ids, own = Recipient.id, Recipient.account_id == account_id
    else:
        ids, own = ListRecipient.recipient_id, ListRecipient.list_id == on_list.id
    query = select_page(select(ids).where(own), ids, before, 1).offset(place)
    return next(iter(db.session.scalars(query)), 0)


def on(on_list: RecipientList) -> ColumnElement[bool]:
    """A condition to look up for each recipient: because of the + 0 nobody begins with the list."""
    return exists().where(
        ListRecipient.list_id == on_list.id, ListRecipient.recipient_id == Recipient.id + 0
    )


def _by_opt_outs(
    account_id: int, on_list: RecipientList | None, state: State, before: int | None, size: int
) -> Sequence[Recipient]:
    """From the suppression list to the recipients, whom the + 0 does not let be read in order."""
    out = Suppression.account_id == account_id, _HELD if state is State.HELD else ~_HELD
    query = select(Recipient.id).where(
        Recipient.account_id == account_id,
        Recipient.phone.in_(select(Suppression.phone).where(*out)),
    )
    if on_list is not None:
        query = query.where(on(on_list))
    if before is not None:
        query = query.where(Recipient.id < before)
    if not on_sqlite():
        db.session.execute(text("SET LOCAL enable_hashjoin = off"))
        db.session.execute(text("SET LOCAL enable_mergejoin = off"))
    ids = db.session.scalars(query.order_by((Recipient.id + 0).desc()).limit(size + 1)).all()
    if not on_sqlite():
        db.session.execute(text("SET LOCAL enable_hashjoin TO DEFAULT"))
        db.session.execute(text("SET LOCAL enable_mergejoin TO DEFAULT"))
    return rows(ids)


def rows(ids: Sequence[int]) -> Sequence[Recipient]:
    """The recipients with these ids, the newest first."""
    query = select(Recipient).where(Recipient.id.in_(ids)).order_by(Recipient.id.desc())
    return db.session.scalars(query).all()


_HELD = Suppression.source == SuppressionSource.HELD
