"""The gateway inbox: receipts and replies are stored as received, then applied in batches.

Replies are applied before receipts, so that an opt-out does not wait behind many receipts. Each
reply has its own transactions, because an opt-out must take the lock of its account first.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, literal, select, true
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db.bulk import among
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound, InboxEvent, Receipt
from promosms.models import GatewayInboxRow, InboundKind, InboxKind, now
from promosms.services.automatic_answers import choice
from promosms.services.inbox import (
    automatic_answers,
    concatenation,
    inbound,
    receipts,
    senders,
    unmarked,
    unmatched,
)
from promosms.services.inbox.concatenation import INBOUND
from promosms.services.inbox.inbox_rows import (
    INBOX,
    NEW,
    TRIED,
    ReceiptRow,
    insert_receipts,
    postpone,
    remove,
)
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import keywords

log = logs.get(__name__)
BATCH = 2000
AGAIN = 500  # of a batch: what was tried in vain does not hold up what has just come
REPLIES = 200
# Seconds until the next try of a receipt that fits no message; its submission may not be recorded.
WAITS = (1, 5, 15, 30, 60, 300, 1800, 3600, 4 * 3600)
OLDEST = timedelta(hours=72)
RECEIPT = INBOX.c.kind.in_(
    [literal(kind.value, literal_execute=True) for kind in InboxKind.RECEIPTS]
)


def store(gateway_id: int, events: Sequence[InboxEvent]) -> None:
    """Store receipts and replies; the gateway acknowledges them when this has committed."""
    receipt_rows = [_receipt(event) for event in events if isinstance(event, Receipt)]
    moment = now()
    replies = [_reply(gateway_id, event, moment) for event in events if isinstance(event, Inbound)]
    with transaction() as session:
        insert_receipts(session, gateway_id, moment, receipt_rows)
        if replies:
            session.execute(insert(INBOX), replies)


def forget_receipts(account_id: int, numbers: Sequence[str], before: datetime | None) -> None:
    """Delete the receipts about these numbers that no other account waits for."""
    about = INBOX.c.phone.in_(numbers), ~GatewayInboxRow.others_wait(account_id)
    until = true() if before is None else INBOX.c.received_at <= before
    with transaction() as session:
        session.execute(delete(INBOX).where(RECEIPT, *about, until))


def apply_of(account_ids: Collection[int]) -> None:
    """Apply the replies that are known to belong to these accounts."""
    query = select(INBOX.c.id).where(INBOUND, INBOX.c.account_id.in_(account_ids))
    for row_id in db.session.scalars(query.order_by(INBOX.c.id)).all():
        _try_reply(row_id)


def apply_batch() -> int:
    """Apply one batch of due rows, replies first; returns how many there were."""
    return _apply_replies() + _apply_receipts()


def _apply_replies() -> int:
    query = select(INBOX.c.id).where(INBOUND, INBOX.c.next_attempt_at <= now())
    due = db.session.scalars(
        query.order_by(INBOX.c.next_attempt_at, INBOX.c.id).limit(REPLIES)
    ).all()
    dropped = 0
    for row_id in due:
        dropped += not _try_reply(row_id)
    if dropped:
        log.info("inbound.dropped", extra={"code": "nobody", "count": dropped})
    return len(due)


def _try_reply(row_id: int) -> bool:
    """Apply a reply, or only this one waits; if the database is gone, this fails too."""
    try:
        return _apply_reply(row_id)
    except Exception as fault:
        _postpone_failed(row_id, fault)
        return True


def _apply_reply(row_id: int) -> bool:
    """Apply a reply; False if it is dropped, because it is nobody's. Safe to repeat."""
    with transaction() as session:
        rows = concatenation.lock(session, row_id)
        if not rows:
            return True  # another worker has applied it
        reply = concatenation.assemble(rows)
        if reply is None:
            postpone(session, _ids(rows), concatenation.ready_at(rows))
            return True
        reply = senders.read(session, reply)
        kind, accounts = inbound.accounts_of(session, reply)
        form = inbound.sign_up_form(session, reply)
        form_id = form.id if form is not None else None
        if form is not None:
            accounts = [form.account_id]
        if len(accounts) != 1:
            inbound.copy_for_accounts(session, reply, accounts)
            remove(session, _ids(rows))
            kept = not accounts and kind in inbound.STOPPING and unmatched.keep(reply, kind)
            return bool(accounts) or kept
        if kind == InboundKind.HOLD and inbound.is_stored(session, accounts[0], reply):
            remove(session, _ids(rows))  # a person may have read it already
            return True
    if (
        kind in inbound.STOPPING
    ):  # not in a transaction: it waits for texts that are being submitted
        opt_outs.opt_out(
            accounts[0], reply.phone, inbound.SOURCES[kind], inbound.evidence_of(reply)
        )
    with transaction() as session:
        by_itself = form_id is None and _may_be_answered(kind, accounts[0])
        if form_id is not None:
            keywords.lock(session, accounts[0])
        elif by_itself:
            automatic_answers.lock(session, accounts[0])
        if rows := concatenation.lock(session, row_id):
            stored = inbound.store_reply(session, accounts[0], reply, kind, form_id)
            if stored is not None and by_itself:
                automatic_answers.answer(session, stored)
            remove(session, _ids(rows))
    return True


def _may_be_answered(kind: InboundKind, account_id: int) -> bool:
    """What asks to stop, to start or for help, or is held, has no automatic answer."""
    return kind == InboundKind.REPLY and choice.any_of(account_id)


def _ids(rows: Sequence[Row[Any]]) -> list[int]:
    return [row.id for row in rows]


def _apply_receipts(ids: Sequence[int] = ()) -> int:
    due: Sequence[Row[Any]] = ()
    try:
        with transaction() as session:
            due = _due_receipts(session, ids)
            applied = receipts.apply(session, due)
            remove(session, list(applied))
            left = [row for row in due if row.id not in applied]
            replies = unmarked.turn_to_replies(session, left) if left else set()
            if unmatched_ids := [row.id for row in left if row.id not in replies]:
                _postpone_unmatched(session, unmatched_ids)
        return len(due)
    except Exception as fault:
        due_ids = _ids(due)
        if not due_ids:
            raise
        if len(due_ids) == 1:
            _postpone_failed(due_ids[0], fault)
            return 1
        half = len(due_ids) // 2  # find the row that fails, and apply the others
        return _apply_receipts(due_ids[:half]) + _apply_receipts(due_ids[half:])


def _due_receipts(session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Due receipts in the order in which they came."""
    query = select(*receipts.ROW_COLUMNS).where(RECEIPT, INBOX.c.next_attempt_at <= now())
    query = query.order_by(INBOX.c.next_attempt_at, INBOX.c.id)
    query = query.with_for_update(skip_locked=True)
    if ids:
        return session.execute(query.where(among(INBOX.c.id)), {"ids": ids}).all()
    tried = session.execute(query.where(TRIED).limit(AGAIN)).all()
    new = session.execute(query.where(NEW).limit(BATCH)).all()
    return sorted((*tried, *new), key=lambda row: row.id) if tried else new


def _postpone_unmatched(session: Session, unmatched: list[int]) -> None:
    """Try these receipts later, because their submission may not be recorded yet.

    After 72 hours they are deleted: they belong to no message of ours.
    """
    moment = now()
    waiting: dict[int, list[int]] = defaultdict(list)
    query = select(INBOX.c.id, INBOX.c.attempts, INBOX.c.received_at)
    for row in session.execute(query.where(among(INBOX.c.id)), {"ids": unmatched}):
        late = moment - row.received_at > OLDEST
        waiting[-1 if late else min(row.attempts, len(WAITS) - 1)].append(row.id)
    remove(session, waiting.pop(-1, []))
    for attempts, ids in waiting.items():
        postpone(session, ids, moment + timedelta(seconds=WAITS[attempts]))


def _postpone_failed(row_id: int, fault: Exception) -> None:
    """Try a row that raised an error later; after 72 hours it is deleted."""
    log.warning("gateway_inbox.failed", exc_info=fault)
    with transaction() as session:
        columns = (INBOX.c.attempts, INBOX.c.received_at)
        row = session.execute(select(*columns).where(INBOX.c.id == row_id)).one_or_none()
        if row is None:
            return
        if now() - row.received_at > OLDEST:
            log.error("gateway_inbox.given_up", exc_info=fault)
            remove(session, [row_id])
            return
        wait = WAITS[min(row.attempts, len(WAITS) - 1)]
        postpone(session, [row_id], now() + timedelta(seconds=wait))


def _receipt(event: Receipt) -> ReceiptRow:
    """The row for a receipt; one that may be a reply has the fields of the reply."""
    status, outdated = event.status.value if event.status else "", int(event.outdated)
    ids = event.reference, event.our_reference, status
    reply = event.reply
    if reply is None:
        ends = event.phone[:20], event.address[:20], event.other_end[:20]
        return (InboxKind.RECEIPT.value, *ids, *ends, event.quoted, outdated)
    ends = reply.phone[:20], reply.address[:20], reply.inbound_number[:20]
    return (InboxKind.UNMARKED.value, *ids, *ends, unmarked.sealed(reply.text), outdated)


def _reply(gateway_id: int, event: Inbound, moment: datetime) -> dict[str, object]:
    """The row for a reply. The text of a part is JSON: it may hold half of a surrogate pair."""
    return {
        "gateway_id": gateway_id,
        "kind": InboxKind.INBOUND,
        "received_at": moment,
        "next_attempt_at": moment,
        "reference": event.reference,
        "phone": event.phone[:20],
        "inbound_number": event.inbound_number[:20],
        "address": event.address[:20],
        "text": json.dumps(event.text) if event.concat_ref else concatenation.clean(event.text),
        "concat_ref": event.concat_ref,
        "part": event.part,
        "parts": event.parts,
    }
