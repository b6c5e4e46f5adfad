"""Volume tiers: whoever tops up more at once pays less for a part, for a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import TopUp, TopUpStatus


@dataclass(frozen=True)
class Standing:
    """The tier that an account has: 1/10,000 of the currency, 0 for none; `until` when.

    `following` is the next one, None when there is none.
    """

    tier: int
    until: datetime | None
    following: int | None


def reached(account_id: int, moment: datetime) -> int:
    """The largest single top-up (net, 1/10,000) that was paid in the twelve months before."""
    return max((size for size, _until in _counting(account_id, moment)), default=0)


def standing(account_id: int, sizes: Iterable[int], moment: datetime) -> Standing:
    """Which of the tiers that begin at these sizes an account has."""
    counting = _counting(account_id, moment)
    largest = max((size for size, _until in counting), default=0)
    had = max((size for size in sizes if size <= largest), default=0)
    until = max((end for size, end in counting if had and size >= had), default=None)
    return Standing(had, until, min((size for size in sizes if size > largest), default=None))


def year_after(moment: datetime) -> datetime:
    """The same day a year later; after a leap day it is the first of March."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return (moment + timedelta(days=1)).replace(year=moment.year + 1)


def _counting(account_id: int, moment: datetime) -> list[tuple[int, datetime]]:
    """Net size and end of each top-up that counts; what was refunded of it does not."""
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
