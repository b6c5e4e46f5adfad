"""Exports: the data that an account collected, as tables for a file.

They read columns instead of objects, a page at a time, with one statement for the lists and one for
the opt-outs of a page.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Select, String, select, type_coerce

from promosms.db.bulk import among as among_ids
from promosms.db.bulk import one_of
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.lib.garbage import uncollected
from promosms.lib.tables import Column, Kind, Row, Table
from promosms.models import (
    FIELD_NAMES,
    Account,
    BadRow,
    Consent,
    FieldType,
    Import,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    table_of,
)
from promosms.services.auth import people
from promosms.services.recipients import (
    consents,
    field_values,
    fields,
    list_names,
)

PAGE = 5_000
_RECIPIENTS = table_of(Recipient).c
_SUPPRESSIONS = table_of(Suppression).c
_MEMBERS = table_of(ListRecipient).c
_WIDE, _WIDER = 28, 40
_WIDTHS = {"phone": 16, "email": _WIDE, "address": _WIDE, "note": _WIDER}
_KINDS = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.DATE: Kind.DAY,
    FieldType.BIRTHDAY: Kind.DAY,
}
_EVIDENCE = ("consent", "consent_id")
Place = dict[str, Any]
"""Where a table goes on: `after` is the id of the last row that was read."""


def recipients_table(
    account: Account,
    labels: Mapping[str, str],
    among: Select[Any] | None = None,
    place: Place | None = None,
) -> Table:
    """The recipients of an account: fields, lists, consent with its evidence, opt-outs.

    `among` selects ids of recipients of the account: all that a filter finds. `labels` names the
    fields for the reader. The blocks begin after `place`, and move it.
    """
    types = fields.types(account)
    columns = [
        *(
            Column(labels[name], _KINDS[types.get(name, FieldType.TEXT)], _WIDTHS.get(name, 18))
            for name in FIELD_NAMES
        ),
        Column(_("Lists"), width=_WIDE),
        Column(_("Agreed to promotions")),
        Column(_("Where or how they agreed"), width=_WIDE),
        Column(_("When they agreed"), Kind.DAY, 14),
        Column(_("Opted out"), width=14),
        Column(_("Added"), Kind.MOMENT, 20),
    ]
    query = select(Recipient.id) if among is None else among
    return Table(_("Recipients"), columns, _recipient_blocks(account.id, query, types, place))


def opt_outs_table(
    account_id: int, labels: Mapping[SuppressionSource, object], place: Place | None = None
) -> Table:
    """The numbers on the suppression list: since when, how they got there, and what proves it.

    `labels` names the sources. The blocks begin after `place`, and move it.
    """
    columns = [
        Column(_("Mobile number"), width=16),
        Column(_("How"), width=_WIDE),
        Column(_("Since"), Kind.MOMENT, 20),
        Column(_("Reply"), width=_WIDER),
        Column(_("Received"), Kind.MOMENT, 20),
        Column(_("Sent to")),
        Column(_("Decided by"), width=_WIDE),
        Column(_("Decided on"), Kind.MOMENT, 20),
    ]
    words = {source.value: str(label) for source, label in labels.items()}
    return Table(_("Opt-outs"), columns, _opt_out_blocks(account_id, words, place))


def refused_table(import_: Import, problems: dict[str, str], labels: dict[str, str]) -> Table:
    """The refused rows of an import with their row numbers, to be corrected and imported again.

    `problems` explains the codes, `labels` names the chosen columns.
    """
    columns = [
        Column(_("Row"), Kind.NUMBER, 8),
        Column(_("Problem"), width=_WIDER),
        *(Column(labels.get(name, name)) for name in import_.mapping if name),
    ]
    return Table(_("Refused rows"), columns, _refused_blocks(import_.id, problems, len(columns)))


def problems_of(import_: Import) -> list[str]:
    """The codes of all problems that the rows of an import had."""
    query = select(BadRow.problem).where(BadRow.import_id == import_.id).distinct()
    return list(db.session.scalars(query))


def _recipient_blocks(
    account_id: int, among: Select[Any], types: Mapping[str, FieldType], place: Place | None
) -> Iterator[Sequence[Row]]:
    names = [*FIELD_NAMES, *_EVIDENCE, "created_at"]
    shown: list[Any] = [_RECIPIENTS.id, *(_RECIPIENTS[name] for name in names)]
    # Times come as the driver has them: most rows have the same few.
    shown[-1] = type_coerce(_RECIPIENTS.created_at, String)
    query = (
        among.with_only_columns(*shown, maintain_column_froms=True)
        .where(_RECIPIENTS.account_id == account_id)
        .order_by(None)
    )
    agreed = {Consent.GIVEN.value: _("yes"), Consent.NONE.value: _("no")}
    lists = _ListNames(account_id)
    readers = {FIELD_NAMES.index(name): partial(_typed, type_) for name, type_ in types.items()}
    for rows in _pages(query, _RECIPIENTS.id, place):
        with uncollected():
            block = _block(account_id, rows, agreed, lists, readers)
        db.session.commit()  # no snapshot stays open while the reader's network is slow
        yield block


def _block(
    account_id: int,
    rows: Sequence[Any],
    agreed: Mapping[str, str],
    lists: "_ListNames",
    readers: Mapping[int, Callable[[Any], Any]],
) -> Sequence[Row]:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    ids = columns.pop(0)
    for place, reader in readers.items():
        columns[place] = _each(columns[place], reader)
    phones, at = columns[0], len(FIELD_NAMES)
    consent, act_ids, added = columns[at:]
    acts = consents.evidence_of(act_ids)
    out, on_lists = _opted_out(account_id, phones), lists.of(ids)
    return list(
        zip(
            *columns[:at],
            [on_lists.get(id_, "") for id_ in ids],
            [agreed[state] for state in consent],
            [acts.get(act_id, consents.NO_EVIDENCE)[0] for act_id in act_ids],
            [acts.get(act_id, consents.NO_EVIDENCE)[1] for act_id in act_ids],
            [out.get(phone, "") for phone in phones],
            _each(added, _moment),
            strict=True,
        )
    )


def _opt_out_blocks(
    account_id: int, words: Mapping[str, str], place: Place | None
) -> Iterator[Sequence[Row]]:
    names = ("phone", "source", "created_at", "text", "received_at", "inbound_number")
    shown = (_SUPPRESSIONS[name] for name in (*names, "decided_by", "decided_at"))
    query = select(_SUPPRESSIONS.id, *shown).where(_SUPPRESSIONS.account_id == account_id)
    for rows in _pages(query, _SUPPRESSIONS.id, place):
        readers = people.emails_of(account_id, {row.decided_by for row in rows})
        db.session.commit()
        yield [
            (phone, words[source], *evidence, readers.get(decided_by, ""), decided_at)
            for _id, phone, source, *evidence, decided_by, decided_at in rows
        ]


def _refused_blocks(
    import_id: int, problems: dict[str, str], width: int
) -> Iterator[Sequence[Row]]:
    table = table_of(BadRow).c
    query = select(table.id, table.row, table.problem, table.content)
    for rows in _pages(query.where(table.import_id == import_id), table.id):
        db.session.commit()
        yield [
            _of_width((row, problems.get(problem, problem), *_cells(content)), width)
            for _id, row, problem, content in rows
        ]


def _pages(query: Select[Any], key: Any, place: Place | None = None) -> Iterator[Sequence[Any]]:
    """The rows in pages by their key, which is the first of their columns; moves the place."""
    place = {} if place is None else place
    while True:
        page = query.where(key > place["after"]) if "after" in place else query
        with uncollected():
            rows = db.session.connection().execute(page.order_by(key).limit(PAGE)).all()
        if rows:
            place["after"] = rows[-1][0]
            yield rows
        if len(rows) < PAGE:
            return


def _each(cells: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """The cells converted, each different one once."""
    known = {cell: convert(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _typed(type_: FieldType, kept: str) -> Any:
    """A number as such and a day as such; what does not fit the type of its field is a text."""
    if not field_values.fits(type_, kept) or kept.startswith("--"):
        return kept
    return Decimal(kept) if type_ == FieldType.NUMBER else date.fromisoformat(kept)


def _moment(stored: Any) -> datetime:
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _ListNames:
    """The names of the lists of recipients, as one cell."""

    def __init__(self, account_id: int) -> None:
        query = select(RecipientList.id, RecipientList.name)
        query = query.where(RecipientList.account_id == account_id).order_by(RecipientList.name)
        self.names = {id_: list_names.quoted(name) for id_, name in db.session.execute(query)}
        # By recipient: because of the + 0 nobody reads all members of all lists of the account.
        self.query = (
            select(_MEMBERS.recipient_id, _MEMBERS.list_id)
            .where(among_ids(_MEMBERS.recipient_id), _MEMBERS.account_id + 0 == account_id)
            .order_by(_MEMBERS.recipient_id, _MEMBERS.list_id)
        )

    def of(self, ids: Sequence[int]) -> dict[int, str]:
        """By recipient; nothing of those who are on no list."""
        if not self.names:
            return {}
        found: dict[int, str] = {}
        names = self.names
        for recipient_id, list_id in db.session.connection().execute(self.query, {"ids": ids}):
            name = names.get(list_id, "")
            found[recipient_id] = (
                f"{found[recipient_id]}{list_names.BETWEEN}{name}"
                if recipient_id in found
                else name
            )
        return found


def _opted_out(account_id: int, phones: Sequence[str]) -> dict[str, str]:
    query = select(_SUPPRESSIONS.phone, _SUPPRESSIONS.source).where(
        _SUPPRESSIONS.account_id == account_id, one_of(_SUPPRESSIONS.phone)
    )
    held, out = str(_("held until read")), str(_("yes"))
    return {
        phone: held if source == SuppressionSource.HELD else out
        for phone, source in db.session.execute(query, {"words": phones})
    }


def _cells(content: str) -> list[str]:
    return next(csv.reader(io.StringIO(content, newline="")), [])


def _of_width(row: Sequence[Any], width: int) -> Sequence[Any]:
    return (*row, *[""] * (width - len(row)))[:width]
