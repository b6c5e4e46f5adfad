"""Consents as a table that an authority can read: each act of each person, the earlier ones too."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from promosms.db.bulk import among
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.lib.garbage import uncollected
from promosms.lib.tables import Column, Kind, Row, Table
from promosms.models import (
    FORGOTTEN_NAME,
    Consent,
    ConsentAct,
    ConsentChange,
    ConsentHow,
    Import,
    Recipient,
    Wording,
    table_of,
)
from promosms.services.auth import people

PAGE = 5_000
_RECIPIENTS, _ACTS = table_of(Recipient).c, table_of(ConsentAct).c
_CHANGES, _WORDINGS = table_of(ConsentChange).c, table_of(Wording).c
_IMPORTS = table_of(Import).c


def consents_table(account_id: int, place: dict[str, Any] | None = None) -> Table:
    """What people have said about promotions: in force first, by person, with what proves it.

    The blocks begin after `place`, and move it.
    """
    columns = [
        Column(_("Mobile number"), width=16),
        Column(_("First name")),
        Column(_("Last name")),
        Column(_("Consent"), width=14),
        Column(_("Where or how they agreed"), width=28),
        Column(_("When they agreed"), Kind.DAY, 14),
        Column(_("Words they agreed to"), width=40),
        Column(_("Version"), Kind.NUMBER, 9),
        Column(_("SHA-256 of these words"), width=40),
        Column(_("Recorded"), width=18),
        Column(_("File of the import"), width=28),
        Column(_("Recorded by"), width=28),
        Column(_("Recorded on"), Kind.MOMENT, 20),
        Column(_("Replaced on"), Kind.MOMENT, 20),
    ]
    return Table(_("Consents"), columns, _blocks(account_id, {} if place is None else place))


def _blocks(account_id: int, place: dict[str, Any]) -> Iterator[Sequence[Row]]:
    shown = (_RECIPIENTS[name] for name in ("phone", "first_name", "last_name", "consent_id"))
    query = select(_RECIPIENTS.id, *shown).where(_RECIPIENTS.account_id == account_id)
    page = query.order_by(_RECIPIENTS.id).limit(PAGE)
    while people := _after(page, place):
        place["after"] = people[-1].id
        with uncollected():
            block = list(_rows(account_id, people))
        db.session.commit()  # no snapshot stays open while the reader's network is slow
        if block:
            yield block


def _after(page: Select[Any], place: dict[str, Any]) -> Sequence[Any]:
    later = page.where(_RECIPIENTS.id > place.get("after", 0))
    return db.session.connection().execute(later).all()


def _rows(account_id: int, people: Sequence[Any]) -> Iterator[Row]:
    earlier = _earlier([person.id for person in people])
    wanted = {person.consent_id for person in people if person.consent_id}
    wanted.update(act_id for acts in earlier.values() for act_id, _at in acts)
    described = _described(account_id, sorted(wanted))
    for id_, phone, first_name, last_name, act_id in people:
        acts = [(act_id, None), *earlier.get(id_, ())] if act_id else earlier.get(id_, [])
        for said, replaced_at in acts:
            if said in described:
                yield (phone, first_name, last_name, *described[said], replaced_at)


def _earlier(ids: Sequence[int]) -> dict[int, list[tuple[int, datetime | None]]]:
    """The acts that were in force before, the latest first, and until when, by recipient."""
    query = select(_CHANGES.recipient_id, _CHANGES.consent_id, _CHANGES.replaced_at)
    query = query.where(among(_CHANGES.recipient_id)).order_by(_CHANGES.id.desc())
    found: dict[int, list[tuple[int, datetime | None]]] = {}
    for recipient_id, act_id, at in db.session.connection().execute(query, {"ids": ids}):
        found.setdefault(recipient_id, []).append((act_id, at))
    return found


def _described(account_id: int, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """What an act says, in the order of the columns."""
    names = ("id", "state", "source", "agreed_on", "how", "by", "created_at")
    words = (_WORDINGS.text, _WORDINGS.version, _WORDINGS.digest)
    query = select(*(_ACTS[name] for name in names), *words, _IMPORTS.filename)
    query = query.outerjoin_from(
        table_of(ConsentAct), table_of(Wording), _WORDINGS.id == _ACTS.wording_id
    ).outerjoin(table_of(Import), _IMPORTS.id == _ACTS.import_id)
    acts = db.session.connection().execute(query.where(among(_ACTS.id)), {"ids": ids}).all()
    users = people.emails_of(account_id, {act.by for act in acts})
    states = {Consent.GIVEN.value: _("agreed"), Consent.NONE.value: _("withdrawn")}
    ways = {
        ConsentHow.IMPORT.value: _("by an import"),
        ConsentHow.HAND.value: _("by hand"),
        ConsentHow.BULK.value: _("for many at once"),
        ConsentHow.FORM.value: _("by themselves, in a sign-up form"),
        ConsentHow.KEYWORD.value: _("by themselves, with a text"),
        ConsentHow.API.value: _("by a program"),
    }
    return {
        act.id: (
            *(states[act.state], act.source, act.agreed_on),
            *(act.text or "", act.version, act.digest or ""),
            *(ways.get(act.how, act.how), _file(act.filename)),
            *(users.get(act.by, ""), act.created_at),
        )
        for act in acts
    }


def _file(name: str | None) -> str:
    """The name of the file of an import, as long as it is kept."""
    return "" if name in (None, FORGOTTEN_NAME) else str(name)
