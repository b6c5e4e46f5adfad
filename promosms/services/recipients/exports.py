"""Exports: the data that an account collected, as rows for a CSV file."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.lib.pages import all_pages
from promosms.models import (
    FIELD_NAMES,
    BadRow,
    Consent,
    Import,
    Recipient,
    Suppression,
    SuppressionSource,
)
from promosms.services.recipients import held_replies, recipients
from promosms.services.recipients import pages as recipient_pages

PAGE = 1000


def recipient_header(labels: dict[str, str]) -> list[str]:
    """The header row of the recipients' table; `labels` names the fields for the reader."""
    return [
        *(labels[name] for name in FIELD_NAMES),
        _("Lists"),
        _("Agreed to promotions"),
        _("Where or how they agreed"),
        _("When they agreed"),
        _("Opted out"),
        _("Added"),
    ]


def recipient_rows(account_id: int) -> Iterator[list[str]]:
    """All recipients of an account: fields, lists, consent with its evidence."""
    query = select(Recipient).where(Recipient.account_id == account_id)
    for page in all_pages(query, Recipient.id, PAGE):
        rows = _recipient_page(account_id, [recipient for (recipient,) in page])
        db.session.expunge_all()
        db.session.commit()  # no snapshot stays open while the reader's network is slow
        yield from rows


def suppression_rows(
    account_id: int, labels: Mapping[SuppressionSource, object]
) -> Iterator[list[str]]:
    """All numbers on the suppression list, since when, how they got there, and what proves it.

    `labels` names the sources.
    """
    yield [
        *(_("Mobile number"), _("How"), _("Since"), _("Reply")),
        *(_("Received"), _("Sent to"), _("Decided by"), _("Decided on")),
    ]
    query = select(Suppression.id, Suppression).where(Suppression.account_id == account_id)
    for page in all_pages(query, Suppression.id, PAGE):
        found = [suppression for _id, suppression in page]
        names = held_replies.readers(account_id, (row.decided_by for row in found))
        rows = [
            [
                *(
                    row.phone,
                    str(labels[SuppressionSource(row.source)]),
                    row.created_at.isoformat(),
                ),
                *(row.text, _iso(row.received_at), row.inbound_number),
                *(names.get(row.decided_by, ""), _iso(row.decided_at)),
            ]
            for row in found
        ]
        db.session.expunge_all()
        db.session.commit()
        yield from rows


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def refused_rows(
    import_: Import, problems: dict[str, str], labels: dict[str, str]
) -> Iterator[list[str]]:
    """The refused rows of an import with their row numbers, to be corrected and imported again.

    `problems` explains the codes, `labels` names the chosen columns.
    """
    yield [_("Row"), _("Problem"), *(labels.get(name, name) for name in import_.mapping if name)]
    query = select(BadRow.id, BadRow.row, BadRow.problem, BadRow.content)
    for page in all_pages(query.where(BadRow.import_id == import_.id), BadRow.id, PAGE):
        db.session.commit()
        for _id, row, problem, content in page:
            yield [str(row), problems.get(problem, problem), *_cells(content)]


def problems_of(import_: Import) -> list[str]:
    """The codes of all problems that the rows of an import had."""
    query = select(BadRow.problem).where(BadRow.import_id == import_.id).distinct()
    return list(db.session.scalars(query))


def _cells(content: str) -> list[str]:
    return next(csv.reader(io.StringIO(content, newline="")), [])


def _recipient_page(account_id: int, page: Sequence[Recipient]) -> list[list[str]]:
    lists = recipients.lists_of([recipient.id for recipient in page])
    opted_out = recipient_pages.opted_out(account_id, [recipient.phone for recipient in page])
    return [
        [
            recipient.phone,
            *(getattr(recipient, name) for name in FIELD_NAMES[1:]),
            ", ".join(recipient_list.name for recipient_list in lists[recipient.id]),
            _("yes") if recipient.consent == Consent.GIVEN else _("no"),
            recipient.consent_source,
            recipient.consent_on.isoformat() if recipient.consent_on else "",
            _opted_out(opted_out.get(recipient.phone)),
            recipient.created_at.isoformat(),
        ]
        for recipient in page
    ]


def _opted_out(source: str | None) -> str:
    if source == SuppressionSource.HELD:
        return str(_("held until read"))
    return str(_("yes")) if source else ""
