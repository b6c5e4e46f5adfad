"""Recording what came of deliveries: they are over, or tried again, and endpoints get a rest."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite, transaction
from promosms.models import (
    Account,
    DeliveryStatus,
    EndpointStatus,
    WebhookDelivery,
    WebhookEndpoint,
    now,
    table_of,
)
from promosms.services.audit import log as audit_log
from promosms.services.mail.notify import tell_owner
from promosms.services.webhooks import emails, endpoints
from promosms.services.webhooks.claiming import Claimed

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 4 * 3600, 8 * 3600, 9 * 3600)
)
"""Before the next try, by the number of tries so far. A ninth one would come after 24 hours."""
PATIENCE = 5
"""After so many failures in a row an endpoint gets a rest, and one try after each."""
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)
GONE = "410"
DROPPED = "dropped"
MOST_HISTORY = 20
NOTED_EVERY = timedelta(minutes=1)
ENDPOINTS, DELIVERIES = table_of(WebhookEndpoint), table_of(WebhookDelivery)


@dataclass(frozen=True)
class Result:
    """What came of a try: an HTTP status as text, or an error as a code.

    `dropped`: there was nothing to send any more. `wait` is what the endpoint asks for, in seconds.
    """

    claimed: Claimed
    answer: str
    at: datetime
    milliseconds: int = 0
    wait: float = 0.0

    @property
    def taken(self) -> bool:
        """Has the endpoint taken it?"""
        return len(self.answer) == 3 and self.answer.startswith("2")


def record(results: Sequence[Result]) -> None:
    """Record results in one transaction."""
    by_endpoint: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        by_endpoint[result.claimed.endpoint.id].append(result)
    with transaction() as session:
        # Endpoints before their deliveries, as whoever stops one does: no deadlocks.
        endpoint_ids = sorted(by_endpoint)
        locked = select(ENDPOINTS.c.id).where(ENDPOINTS.c.id.in_(endpoint_ids))
        session.execute(locked.order_by(ENDPOINTS.c.id).with_for_update(key_share=True)).all()
        ordered = sorted(results, key=lambda result: result.claimed.id)
        session.connection().execute(_change(on_sqlite()), list(map(_outcome, ordered)))
        for endpoint_id in endpoint_ids:
            _note_endpoint(session, endpoint_id, by_endpoint[endpoint_id])


def _outcome(result: Result) -> dict[str, object]:
    claimed, tries = result.claimed, result.claimed.tries + 1
    values: dict[str, Any] = {
        "delivery": claimed.id,
        "before": claimed.tries,
        "tries": tries,
        "history": [
            *claimed.history[1 - MOST_HISTORY :],
            [result.at.isoformat(timespec="seconds"), result.answer, result.milliseconds],
        ],
        "next": None,
        "finished": result.at,
    }
    if result.taken:
        return values | {"status": DeliveryStatus.DELIVERED}
    if result.answer == DROPPED:
        return values | {"status": DeliveryStatus.DROPPED, "history": claimed.history}
    next_at = result.at + next_wait(tries, result.wait)
    if next_at > claimed.until or result.answer == GONE:
        return values | {"status": DeliveryStatus.FAILED}
    return values | {"status": DeliveryStatus.WAITING, "next": next_at, "finished": None}


def next_wait(tries: int, asked: float = 0.0) -> timedelta:
    """How long to wait after so many tries, and at least as long as the endpoint asks for."""
    usual = WAITS[min(tries, len(WAITS)) - 1]
    return max(usual, timedelta(seconds=asked))


@lru_cache
def _change(_sqlite: bool) -> Update:
    return (
        update(DELIVERIES)
        .where(
            DELIVERIES.c.id == bindparam("delivery"),
            DELIVERIES.c.tries == bindparam("before"),
            DELIVERIES.c.status == DeliveryStatus.WAITING,
        )
        .values(
            status=bindparam("status"),
            tries=bindparam("tries"),
            history=bindparam("history", type_=DELIVERIES.c.history.type),
            next_at=bindparam("next", type_=DELIVERIES.c.next_at.type),
            finished_at=bindparam("finished", type_=DELIVERIES.c.finished_at.type),
        )
    )


def _note_endpoint(session: Session, endpoint_id: int, group: Sequence[Result]) -> None:
    moment = now()
    if any(result.taken for result in group):
        stale = or_(
            ENDPOINTS.c.failures > 0,
            ENDPOINTS.c.succeeded_at.is_(None),
            ENDPOINTS.c.succeeded_at < moment - NOTED_EVERY,
        )
        well = {**endpoints.WELL, "succeeded_at": moment}
        session.execute(
            update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id, stale).values(**well)
        )
        return
    failed = [result for result in group if result.answer != DROPPED]
    if not failed:
        return
    failures = session.scalar(
        update(ENDPOINTS)
        .where(ENDPOINTS.c.id == endpoint_id, ENDPOINTS.c.status == EndpointStatus.ACTIVE)
        .values(
            failures=ENDPOINTS.c.failures + len(failed),
            failing_since=func.coalesce(
                ENDPOINTS.c.failing_since, bindparam("moment", moment, ENDPOINTS.c.failed_at.type)
            ),
            failed_at=moment,
        )
        .returning(ENDPOINTS.c.failures)
    )
    if failures is None:
        return
    if any(result.answer == GONE for result in failed):
        disable(session, endpoint_id, gone=True)
        return
    rest = max(rest_after(failures), *(timedelta(seconds=result.wait) for result in failed))
    if rest:
        session.execute(
            update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id).values(resume_at=moment + rest)
        )


def rest_after(failures: int) -> timedelta:
    """How long an endpoint rests after so many failures in a row."""
    if failures < PATIENCE:
        return timedelta(0)
    doubled: timedelta = FIRST_REST * 2 ** min(failures - PATIENCE, 10)
    return min(doubled, LONGEST_REST)


def disable(session: Session, endpoint_id: int, *, gone: bool = False) -> None:
    """Tell an endpoint nothing any more, and its owner that this is so. It was locked before."""
    endpoint = session.get_one(WebhookEndpoint, endpoint_id, populate_existing=True)
    since = endpoint.failing_since or now()
    endpoints.stop(session, endpoint, EndpointStatus.DISABLED)
    account = session.get_one(Account, endpoint.account_id)
    audit_log.record("system", "webhook.disable", account.public_id, endpoint.public_id)
    tell_owner(
        endpoint.account_id,
        lambda: emails.gone(endpoint) if gone else emails.disabled(endpoint, since),
    )
