"""Exports: what an account takes along as files."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Suppression

PAGE = 1_000


def opt_outs(account_id: int) -> Iterator[str]:
    """The suppression list as CSV: number, how it came there, when (UTC)."""
    yield _line("phone", "source", "since")
    last = 0
    while page := _page(account_id, last):
        for row in page:
            yield _line(row.phone, row.source, row.created_at.isoformat(timespec="seconds"))
        last = page[-1].id


def _page(account_id: int, after: int) -> list[Suppression]:
    query = select(Suppression).where(Suppression.account_id == account_id, Suppression.id > after)
    return list(db.session.scalars(query.order_by(Suppression.id).limit(PAGE)))


def _line(*cells: str) -> str:
    target = io.StringIO()
    csv.writer(target).writerow(cells)
    return target.getvalue()
