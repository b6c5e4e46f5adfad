"""Gateway counts: kept with each change of a message, read by the overview of admins.

A transaction that changes messages appends one row for each gateway and quarter of an hour, at its
end and without any lock. So sending never waits for a counter, a rollback or a killed worker takes
the row along, and the counts are always those of the messages. The sweep folds the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import case, delete, func, insert, select, union_all
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import GatewayCount, GatewayCountChange, MessageStatus, now, table_of
from promosms.models.sending.gateway_count import QUARTER, RETENTION

BATCH = 5000
NAMES = ("sent", "delivered", "failed")
CHANGES, COUNTS = table_of(GatewayCountChange), table_of(GatewayCount)
Key = tuple[datetime, int]
"""The beginning of a quarter of an hour, and the id of a gateway."""


@dataclass(frozen=True)
class Count:
    """Texts that were taken, and those whose result was known, in some time."""

    sent: int = 0
    delivered: int = 0
    failed: int = 0


def quarter_of(moment: datetime) -> datetime:
    """The beginning of its quarter of an hour, UTC."""
    return moment - (moment - datetime(2000, 1, 1, tzinfo=UTC)) % QUARTER


class Changes:
    """What a transaction adds to the counts."""

    def __init__(self) -> None:
        self.added: dict[Key, Counter[str]] = defaultdict(Counter)

    def move(
        self,
        gateway_id: int | None,
        moment: datetime,
        before: MessageStatus,
        after: MessageStatus,
        number: int,
    ) -> None:
        """Note that messages got a status; `moment` is their `sent_at` or `final_at`."""
        if gateway_id is None or not number:
            return
        added: Counter[str] = Counter()
        # A text whose answer was lost was sent after all, as its receipt says.
        if after in MessageStatus.ACCEPTED and before != MessageStatus.SENT:
            added["sent"] = number
        if after == MessageStatus.DELIVERED:
            added["delivered"] = number
        if after in MessageStatus.NOT_DELIVERED:
            added["failed"] = number
        if added:
            self.added[quarter_of(moment), gateway_id].update(added)

    def write(self, session: Session) -> None:
        """Append the rows; the transaction may go on."""
        if self.added:
            session.connection().execute(insert(CHANGES), _rows(self.added))
            self.added = defaultdict(Counter)


def fold() -> int:
    """Add the appended rows to the counts and delete them; returns how many."""
    if db.session.scalar(select(GatewayCountChange.id).limit(1)) is None:
        return 0
    with transaction() as session:
        # Of two sweeps at once each row is deleted by one.
        oldest = select(CHANGES.c.id).order_by(CHANGES.c.id).limit(BATCH)
        rows = session.execute(
            delete(CHANGES)
            .where(CHANGES.c.id.in_(oldest.with_for_update(skip_locked=True)))
            .returning(*(CHANGES.c[name] for name in ("quarter", "gateway_id", *NAMES)))
        ).all()
        sums: dict[Key, Counter[str]] = defaultdict(Counter)
        for row in rows:
            sums[row.quarter, row.gateway_id].update({name: getattr(row, name) for name in NAMES})
        for values in _rows(sums):
            added = upsert.insert(GatewayCount).values(values)
            session.execute(
                added.on_conflict_do_update(
                    index_elements=["quarter", "gateway_id"],
                    set_={name: COUNTS.c[name] + added.excluded[name] for name in NAMES},
                )
            )
    return len(rows)


def by_gateway(days: Sequence[datetime]) -> dict[int, list[Count]]:
    """The counts of each gateway by day; `days` are the beginnings of the days, oldest first."""
    both = union_all(
        *(
            select(*(table.c[name] for name in ("quarter", "gateway_id", *NAMES))).where(
                table.c.quarter >= days[0]
            )
            for table in (COUNTS, CHANGES)
        )
    ).subquery()
    begins = list(enumerate(days))[::-1]
    day = case(*((both.c.quarter >= begin, number) for number, begin in begins)).label("day")
    query = select(both.c.gateway_id, day, *(func.sum(both.c[name]) for name in NAMES))
    counts: dict[int, list[Count]] = {}
    for gateway_id, number, *sums in db.session.execute(query.group_by(both.c.gateway_id, day)):
        counts.setdefault(gateway_id, [Count()] * len(days))[number] = Count(*map(int, sums))
    return counts


def forget_old() -> None:
    """Delete the counts of long ago."""
    with transaction() as session:
        old = GatewayCount.quarter < now() - RETENTION.limit
        session.execute(delete_rows(GatewayCount).where(old))


def _rows(added: Mapping[Key, Mapping[str, int]]) -> list[dict[str, object]]:
    return [
        {"quarter": quarter, "gateway_id": gateway_id, **{name: sums[name] for name in NAMES}}
        for (quarter, gateway_id), sums in sorted(added.items(), key=lambda item: item[0])
    ]
