"""Exports: what an account collected, as rows that any spreadsheet opens safely."""

import csv
import io
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import FIELD_NAMES, BadRow, Consent, Import, Recipient, Suppression
from promosms.services.recipients import pages as recipient_pages
from promosms.services.recipients import recipients

PAGE = 1000


def recipient_head(labels: dict[str, str]) -> list[str]:
    """The head of the recipients' table; `labels` names the fields for the reader."""
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
    """All recipients of an account: fields, lists, evidence of the consent. Phones without +."""
    last = 0
    while True:
        query = select(Recipient).where(Recipient.account_id == account_id, Recipient.id > last)
        page = list(db.session.scalars(query.order_by(Recipient.id).limit(PAGE)))
        if not page:
            return
        last = page[-1].id
        rows = _recipient_page(account_id, page)
        db.session.expunge_all()
        db.session.commit()  # no snapshot stays open while the reader's network is slow
        yield from rows


def suppression_rows(account_id: int) -> Iterator[list[str]]:
    """All numbers that must not be texted, how they came there, and when."""
    yield [_("Mobile number"), _("How"), _("Since")]
    last = 0
    while True:
        query = (
            select(Suppression.id, Suppression.phone, Suppression.source, Suppression.created_at)
            .where(Suppression.account_id == account_id, Suppression.id > last)
            .order_by(Suppression.id)
            .limit(PAGE)
        )
        page = db.session.execute(query).all()
        db.session.commit()
        if not page:
            return
        last = page[-1][0]
        yield from ([phone[1:], source, at.isoformat()] for _id, phone, source, at in page)


def refused_rows(which: Import, words: dict[str, str]) -> Iterator[list[str]]:
    """The refused rows of an import with their numbers in the file; `words` explain the codes."""
    yield [_("Row"), _("Problem")]
    import_id, last = which.id, 0
    while True:
        query = (
            select(BadRow.id, BadRow.row, BadRow.problem, BadRow.content)
            .where(BadRow.import_id == import_id, BadRow.id > last)
            .order_by(BadRow.id)
            .limit(PAGE)
        )
        page = db.session.execute(query).all()
        db.session.commit()
        if not page:
            return
        last = page[-1][0]
        for _id, row, problem, content in page:
            yield [str(row), words.get(problem, problem), *_cells(content)]


def problems_of(which: Import) -> list[str]:
    """The codes of all problems that the rows of an import had."""
    query = select(BadRow.problem).where(BadRow.import_id == which.id).distinct()
    return list(db.session.scalars(query))


def _cells(content: str) -> list[str]:
    return next(csv.reader(io.StringIO(content, newline="")), [])


def _recipient_page(account_id: int, page: Sequence[Recipient]) -> list[list[str]]:
    on = recipients.lists_of([each.id for each in page])
    out = recipient_pages.opted_out(account_id, [each.phone for each in page])
    return [
        [
            each.phone.lstrip("+"),
            *(getattr(each, name) for name in FIELD_NAMES[1:]),
            ", ".join(found.name for found in on[each.id]),
            _("yes") if each.consent == Consent.GIVEN else _("no"),
            each.consent_source,
            each.consent_at.isoformat() if each.consent_at else "",
            _("yes") if each.phone in out else "",
            each.created_at.isoformat(),
        ]
        for each in page
    ]
