"""Noting events for webhooks, in the transaction in which they happen: so none is lost.

What is noted are ids (`models/webhooks/delivery.py`). For accounts without webhooks each process
looks at a small table five times a second at most.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import writing
from promosms.db.upsert_rows import insert_rows
from promosms.models import (
    ApiMessage,
    CampaignStatus,
    DeliveryStatus,
    EndpointKind,
    EndpointStatus,
    MessageStatus,
    Priority,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    now,
    table_of,
)

LONGEST = timedelta(hours=24)
"""For so long a delivery is tried."""
ENDPOINTS, DELIVERIES = table_of(WebhookEndpoint), table_of(WebhookDelivery)
TEXTS = table_of(ApiMessage)
KNOWN_SECONDS, MOST_KNOWN = 0.2, 10_000
"""So long it is known that nobody of an account listens, and of so many accounts."""
nobody_listens: dict[tuple[int, bool], float] = {}
"""Accounts, real or of the sandbox, of which that is known, and until when."""
_noted = False
OF_TEXTS = (WebhookEvent.MESSAGE_SENT, WebhookEvent.MESSAGE_FINISHED)
COLUMNS = (
    *("account_id", "endpoint_id", "event", "subject_id", "detail_id", "amount", "word"),
    *("occurred_at", "until", "status", "next_at", "tries", "history"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that has happened in an account; the fields are those of `WebhookDelivery`.

    `at` is when, if not now; a time to come for texts of the sandbox.
    """

    account_id: int
    event: WebhookEvent
    subject_id: int = 0
    detail_id: int | None = None
    amount: int | None = None
    word: str = ""
    at: datetime | None = None


class Listener(NamedTuple):
    """An endpoint that wants to hear of something."""

    id: int
    url: str


SERVERS = None
"""In the place of an event: the servers that plug-ins want to be called."""
Listeners = dict[tuple[int, WebhookEvent | None], list[Listener]]
"""Endpoints by account and event."""


@dataclass(frozen=True, slots=True)
class EndedText:
    """A message that has another status now; those without campaign are of many kinds."""

    id: int
    account_id: int
    campaign_id: int | None
    priority: int


def note(session: Session, happenings: Sequence[Happening], *, sandbox: bool = False) -> int:
    """Note for each endpoint that wants it; returns how many rows that were."""
    if not happenings:
        return 0
    listeners = _listeners(session, {each.account_id for each in happenings}, sandbox=sandbox)
    return _insert(session, happenings, listeners)


def server_of(url: str) -> str:
    """The server that an address leads to, with its scheme and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/".lower()


def take_noted() -> bool:
    """Has this process noted something since the last call? It may have been rolled back."""
    global _noted
    noted, _noted = _noted, False
    return noted


def _store(session: Session, rows: Sequence[tuple[object, ...]]) -> None:
    global _noted
    insert_rows(session, DELIVERIES, COLUMNS, rows)
    _noted = _noted or bool(rows)


def _insert(session: Session, happenings: Sequence[Happening], listeners: Listeners) -> int:
    moment = now()
    rows = [
        _row(each, endpoint.id, each.at or moment)
        for each in happenings
        for endpoint in listeners.get((each.account_id, each.event), ())
    ]
    _store(session, rows)
    return len(rows)


def note_texts(
    session: Session,
    account_ids: Collection[int],
    status: MessageStatus,
    texts: Callable[[], Iterable[EndedText]],
) -> None:
    """Note that messages of campaigns and programs have this status now.

    It is called wherever a message that has waited gets a status, except when its whole campaign
    is cancelled: that is one event of the campaign. `texts` are those of these accounts, and asked
    for only if somebody listens: the send loop cannot make an object for each for nobody.
    """
    listeners = _listeners(session, account_ids, sandbox=False)
    if not listeners:
        return
    sent = status == MessageStatus.SENT
    event = WebhookEvent.MESSAGE_SENT if sent else WebhookEvent.MESSAGE_FINISHED
    happenings = [
        Happening(text.account_id, event, text.id, word=status)
        for text in texts()
        if text.campaign_id is not None or text.priority == Priority.API
    ]
    _insert(session, happenings, listeners)
    _note_reports(session, happenings, listeners)


def _note_reports(session: Session, happenings: Sequence[Happening], listeners: Listeners) -> None:
    """Note for the servers of plug-ins what has become of texts that came with an address."""
    servers = {account_id: found for (account_id, of), found in listeners.items() if of == SERVERS}
    ids = [each.subject_id for each in happenings if each.account_id in servers]
    if not ids:
        return
    query = select(TEXTS.c.message_id, TEXTS.c.delivery_url).where(
        TEXTS.c.message_id.in_(ids), TEXTS.c.delivery_url != ""
    )
    urls = {row.message_id: row.delivery_url for row in session.execute(query)}
    moment = now()
    rows = []
    for each in happenings:
        if each.subject_id in urls and each.account_id in servers:
            server = server_of(urls[each.subject_id])
            rows += [
                _row(each, endpoint.id, moment)
                for endpoint in servers[each.account_id]
                if endpoint.url == server
            ]
    _store(session, rows)


def note_campaigns(
    session: Session, campaigns: Iterable[Row[int, int] | tuple[int, int]], status: CampaignStatus
) -> None:
    """Note that campaigns have finished or were cancelled: the account and the id of each."""
    event = WebhookEvent.CAMPAIGN_FINISHED
    note(session, [Happening(account, event, id_, word=status) for account, id_ in campaigns])


def listens(session: Session, account_id: int, *, sandbox: bool) -> bool:
    """Does anybody listen? For what would cost much to find out for nobody."""
    return bool(_listeners(session, [account_id], sandbox=sandbox))


def forget_waiting(session: Session, account_id: int, subject_id: int) -> None:
    """A text of the sandbox was cancelled: what was to come of it does not."""
    endpoints = select(ENDPOINTS.c.id).where(
        ENDPOINTS.c.account_id == account_id, ENDPOINTS.c.sandbox
    )
    session.execute(
        delete(DELIVERIES).where(
            DELIVERIES.c.endpoint_id.in_(endpoints),
            DELIVERIES.c.subject_id == subject_id,
            DELIVERIES.c.event.in_(OF_TEXTS),
            DELIVERIES.c.next_at.is_not(None),
            DELIVERIES.c.tries == 0,
        )
    )


def note_test(session: Session, endpoint: WebhookEndpoint) -> None:
    """Note an event for one endpoint only, which its owner has asked for."""
    happening = Happening(endpoint.account_id, WebhookEvent.TEST, endpoint.id)
    _store(session, [_row(happening, endpoint.id, now())])


def _row(happening: Happening, endpoint_id: int, at: datetime) -> tuple[object, ...]:
    return (
        *(happening.account_id, endpoint_id, happening.event.value, happening.subject_id),
        *(happening.detail_id, happening.amount, str(happening.word), at, at + LONGEST),
        *(DeliveryStatus.WAITING.value, at, 0, []),
    )


def let_all_know() -> None:
    """An endpoint was added or switched on: wait until every process has looked again.

    What happens after that is noted for it, whoever does it. Called after the commit; within a
    transaction of somebody else, who calls it later, it does nothing.
    """
    if not writing():
        time.sleep(KNOWN_SECONDS)
        nobody_listens.clear()


def _listeners(session: Session, account_ids: Collection[int], *, sandbox: bool) -> Listeners:
    """Those of these accounts, locked until the end: what is noted refers to them.

    That nobody listens is known for a moment, so most accounts cost nothing (`let_all_know`).
    """
    moment = time.monotonic()
    asked = [each for each in account_ids if nobody_listens.get((each, sandbox), 0.0) <= moment]
    if not asked:
        return {}
    found = _read(session, asked, sandbox=sandbox)
    heard = {account_id for account_id, _ in found}
    if len(nobody_listens) > MOST_KNOWN:
        nobody_listens.clear()
    for account_id in asked:
        if account_id not in heard:
            nobody_listens[account_id, sandbox] = moment + KNOWN_SECONDS
    return found


def _read(session: Session, account_ids: Collection[int], *, sandbox: bool) -> Listeners:
    query = select(
        *(ENDPOINTS.c.id, ENDPOINTS.c.account_id, ENDPOINTS.c.kind),
        *(ENDPOINTS.c.url, ENDPOINTS.c.events),
    ).where(
        ENDPOINTS.c.account_id.in_(account_ids),
        ENDPOINTS.c.status == EndpointStatus.ACTIVE,
        ENDPOINTS.c.sandbox.is_(sandbox),
    )
    found = defaultdict(list)
    # So that nobody deletes one meanwhile: the rows to come could not refer to it.
    locked = query.order_by(ENDPOINTS.c.id).with_for_update(read=True, key_share=True)
    for row in session.execute(locked):
        reports = row.kind == EndpointKind.REPORTS
        for event in (SERVERS,) if reports else map(WebhookEvent, row.events.split(",")):
            found[row.account_id, event].append(Listener(row.id, row.url))
    return dict(found)
