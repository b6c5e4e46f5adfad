"""Volume tiers: one large top-up gives lower prices for a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import TopUp, TopUpStatus


@dataclass(frozen=True)
class Standing:
    """The tier of an account (1/10,000 of the currency, 0 for none), and until when it has it.

    `next_tier` is the next one, None if there is none.
    """

    tier: int
    until: datetime | None
    next_tier: int | None


def reached(account_id: int, moment: datetime) -> int:
    """The largest single top-up (net, 1/10,000) that was paid in the last twelve months."""
    return max((size for size, _until in _counting(account_id, moment)), default=0)


def standing(account_id: int, sizes: Iterable[int], moment: datetime) -> Standing:
    """The tier of an account, out of those that begin at these sizes."""
    top_ups = _counting(account_id, moment)
    largest = max((size for size, _until in top_ups), default=0)
    tier = max((size for size in sizes if size <= largest), default=0)
    until = max((end for size, end in top_ups if tier and size >= tier), default=None)
    return Standing(tier, until, min((size for size in sizes if size > largest), default=None))


def year_after(moment: datetime) -> datetime:
    """The same day a year later; the first of March after a leap day."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return (moment + timedelta(days=1)).replace(year=moment.year + 1)


def _counting(account_id: int, moment: datetime) -> list[tuple[int, datetime]]:
    """Net amount less refunds, and end of validity, of each top-up that counts."""
    query = select(TopUp.net, TopUp.gross, TopUp.paid, TopUp.paid_at).where(
        TopUp.account_id == account_id,
        TopUp.status == TopUpStatus.PAID,
        TopUp.paid_at > moment - timedelta(days=367),
        TopUp.paid_at <= moment,
    )
    return [
        (net * min(paid, gross) // gross, year_after(at))
        for net, gross, paid, at in db.session.execute(query)
        if at is not None and year_after(at) > moment
    ]
