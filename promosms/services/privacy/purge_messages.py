"""Purging messages: deletes numbers and texts; counts, parts, prices and statuses stay.

A message that is due is deleted with its parts and added to the counts of its campaign in the same
transaction. So reports, campaign costs and the audit of the ledger have the same figures before and
after. A batch has a few hundred messages, to keep the locks short.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.bulk import among
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AbTest,
    Account,
    AccountStatus,
    ApiMessage,
    Campaign,
    CampaignStatus,
    Click,
    Conversation,
    Hold,
    InboundMessage,
    Message,
    MessageCount,
    MessagePart,
    MessageStatus,
    follows_text,
    now,
    table_of,
)
from promosms.services.gateways import simulated_phone
from promosms.services.inbox import conversation_rows
from promosms.services.ledger import campaign_costs

SHORTEST, LONGEST = 3, 90
"""Days; an account chooses a number between these."""
BATCH = 500
PAUSE = 0.005  # seconds between two batches, for other writers
Place = dict[str, Any]
ROWS, PARTS, REPLIES = table_of(Message), table_of(MessagePart), table_of(InboundMessage)
CLICKS, API_MESSAGES = table_of(Click), table_of(ApiMessage)
KEYS = ("campaign_id", "status", "reason", "country", "parts", "price")


def messages(place: Place, over: Callable[[], bool]) -> bool:
    """Purge due messages of campaigns, then single texts; True if there is more.

    `place` is where the last slice stopped. Messages that are being sent or have held money stay.
    """
    return _campaigns(place, over) or _singles(place, over)


def replies(place: Place, over: Callable[[], bool]) -> bool:
    """Purge replies after the retention time of their account; True if there is more."""
    for account_id, cutoff in _accounts(0):
        query = select(InboundMessage.id, InboundMessage.phone).where(
            InboundMessage.account_id == account_id, InboundMessage.received_at < cutoff
        )
        while rows := db.session.execute(query.limit(BATCH)).all():
            ids, phones = [row.id for row in rows], {row.phone for row in rows}
            with transaction() as session:
                conversation_rows.lock(session, account_id, phones)
                session.execute(delete(REPLIES).where(among(REPLIES.c.id)), {"ids": ids})
                conversation_rows.refresh(session, account_id, phones)
            note(place, REPLIES.name, Conversation.__tablename__)
            if over():
                return True
    return False


def clicks(place: Place, over: Callable[[], bool]) -> bool:
    """Purge clicks after the retention time of their account; True if there is more.

    How many people have opened a link stays with the link.
    """
    for account_id, cutoff in _accounts(0):
        query = select(Click.link_id, Click.recipient_id).where(
            Click.account_id == account_id, Click.first_at < cutoff
        )
        while keys := [tuple(row) for row in db.session.execute(query.limit(BATCH))]:
            key = tuple_(CLICKS.c.link_id, CLICKS.c.recipient_id)
            with transaction() as session:
                session.execute(delete(CLICKS).where(key.in_(keys)))
            note(place, CLICKS.name)
            if over():
                return True
    return False


def campaign_texts(place: Place, over: Callable[[], bool]) -> bool:
    """Delete the texts of ended campaigns whose messages are gone; True if there is more.

    The text of a campaign says what its messages said. Its name, figures and lists stay, but for a
    name that is the beginning of the text.
    """
    while campaigns := _with_text(place.get("text", 0)):
        place["text"] = campaigns[-1].id
        due = [row for row in campaigns if row.ended < _cutoff(row.retention_days)]
        ids = [row.id for row in due]
        unnamed = [row.id for row in due if follows_text(row.name, row.text)]
        with transaction() as session:
            session.execute(update_rows(Campaign).where(Campaign.id.in_(ids)).values(text=""))
            session.execute(update_rows(Campaign).where(Campaign.id.in_(unnamed)).values(name=""))
            second = update_rows(AbTest).where(AbTest.campaign_id.in_(ids), AbTest.text_b != "")
            session.execute(second.values(text_b=""))
        if ids:
            note(place, Campaign.__tablename__)
        if over():
            return True
    return False


def _with_text(after: int) -> Sequence[Any]:
    """Ended campaigns without messages that still have their text."""
    ended = func.coalesce(Campaign.finished_at, Campaign.updated_at).label("ended")
    query = (
        select(Campaign.id, Campaign.name, Campaign.text, ended, Account.retention_days)
        .join(Account, Account.id == Campaign.account_id)
        .where(
            Campaign.id > after,
            Campaign.text != "",
            Campaign.status.in_(CampaignStatus.FINAL),
            Account.status != AccountStatus.DELETING,
            ~exists().where(Message.campaign_id == Campaign.id),
        )
    )
    return db.session.execute(query.order_by(Campaign.id).limit(BATCH)).all()


def at_once(campaign_id: int, ids: list[int]) -> None:
    """Purge messages of a campaign now, because a recipient is erased."""
    _to_counts(campaign_id, ids)


def note(place: Place, *tables: str) -> None:
    """Remember which tables lost rows: their files are overwritten at the end."""
    place["deleted"] = sorted({*place.get("deleted", []), *tables})


def _campaigns(place: Place, over: Callable[[], bool]) -> bool:
    while campaigns := _candidates(place.get("campaign", 0)):
        for campaign_id, cutoff in campaigns:
            due = Message.campaign_id == campaign_id, _due(cutoff, _settled(campaign_id))
            last = 0
            while ids := _ids(due, last):
                last = ids[-1]
                _to_counts(campaign_id, ids)
                note(place, ROWS.name, PARTS.name, API_MESSAGES.name)
                if over():
                    return True
            place["campaign"] = campaign_id
            if over():
                return True
    return False


def _candidates(after: int) -> list[tuple[int, datetime]]:
    """Campaigns that may have due messages, with their cutoffs."""
    query = (
        select(Campaign.id, Campaign.launched_at, Account.retention_days)
        .join(Account, Account.id == Campaign.account_id)
        .where(
            Campaign.id > after,
            Campaign.launched_at < now() - timedelta(days=SHORTEST),
            Campaign.status != CampaignStatus.PREPARING,
            Account.status != AccountStatus.DELETING,
            exists().where(Message.campaign_id == Campaign.id),
        )
        .order_by(Campaign.id)
        .limit(BATCH)
    )
    rows = [
        (row.id, row.launched_at, _cutoff(row.retention_days)) for row in db.session.execute(query)
    ]
    # The last one is always there: the next batch starts after it.
    return [
        (id_, cutoff)
        for id_, launched_at, cutoff in rows
        if launched_at < cutoff or id_ == rows[-1][0]
    ]


def _singles(place: Place, over: Callable[[], bool]) -> bool:
    for account_id, cutoff in _accounts(place.get("account", 0)):
        single = Message.account_id == account_id, Message.campaign_id.is_(None)
        last = 0
        while ids := _ids((*single, _due(cutoff, True)), last):
            last = ids[-1]
            _forget_simulated(ids)
            with transaction() as session:
                delete_messages(session, ids)
            note(place, ROWS.name, PARTS.name, API_MESSAGES.name)
            if over():
                return True
        place["account"] = account_id
    return False


def _accounts(after: int) -> list[tuple[int, datetime]]:
    query = select(Account.id, Account.retention_days).where(
        Account.id > after, Account.status != AccountStatus.DELETING
    )
    rows = db.session.execute(query.order_by(Account.id))
    return [(row.id, _cutoff(row.retention_days)) for row in rows]


def _cutoff(days: int) -> datetime:
    return now() - timedelta(days=min(max(days, SHORTEST), LONGEST))


def _settled(campaign_id: int) -> bool:
    """Is no money held any more for unconfirmed messages?"""
    query = select(Hold.remaining).where(Hold.campaign_id == campaign_id)
    return not db.session.scalar(query)


def _due(cutoff: datetime, settled: bool) -> ColumnElement[bool]:
    """Ended before the cutoff; a sent text without a receipt counts from its sending."""
    ended = MessageStatus.FINAL | ({MessageStatus.UNKNOWN} if settled else set())
    last = func.coalesce(Message.final_at, Message.sent_at, Message.created_at)
    return or_(
        and_(Message.status.in_(ended), last < literal(cutoff, Message.created_at.type)),
        and_(
            Message.status == MessageStatus.SENT,
            func.coalesce(Message.sent_at, Message.created_at)
            < literal(cutoff, Message.created_at.type),
        ),
    )


def _ids(conditions: tuple[ColumnElement[bool], ...], last: int) -> list[int]:
    query = (
        select(Message.id).where(*conditions, Message.id > last).order_by(Message.id).limit(BATCH)
    )
    return list(db.session.scalars(query))


def _to_counts(campaign_id: int, ids: list[int]) -> None:
    _forget_simulated(ids)
    with transaction() as session:
        # The campaign is locked first, as everywhere: this prevents deadlocks.
        session.execute(
            select(Campaign.id)
            .where(Campaign.id == campaign_id)
            .with_for_update(read=True, key_share=True)
        )
        # No such message is queued again, but a receipt may change its status at this moment.
        session.execute(
            select(ROWS.c.id).where(among(ROWS.c.id)).order_by(ROWS.c.id).with_for_update(),
            {"ids": ids},
        )
        _count(session, ids)
        delete_messages(session, ids)
    time.sleep(PAUSE)


def _count(session: Session, ids: list[int]) -> None:
    keys = [ROWS.c[name] for name in KEYS]
    figures = (
        select(
            *keys,
            ROWS.c.account_id,
            func.count(),
            func.coalesce(func.sum(campaign_costs.charged()), 0),
            literal(now(), Message.created_at.type),
        )
        .where(among(ROWS.c.id))
        .group_by(*keys, ROWS.c.account_id)
    )
    names = [*KEYS, "account_id", "messages", "charged", "deleted_at"]
    insert = upsert.insert(MessageCount).from_select(names, figures)
    session.connection().execute(
        insert.on_conflict_do_update(
            index_elements=list(KEYS),
            set_={
                "messages": MessageCount.messages + insert.excluded.messages,
                "charged": MessageCount.charged + insert.excluded.charged,
                "deleted_at": insert.excluded.deleted_at,
            },
        ),
        {"ids": ids},
    )


def delete_messages(session: Session, ids: Sequence[int]) -> int:
    """Delete messages, their parts and what the API knows of them; returns how many messages.

    They are locked first, to wait for a result or a receipt that is adding a part.
    """
    query = select(ROWS.c.id).where(among(ROWS.c.id)).order_by(ROWS.c.id).with_for_update()
    session.execute(query, {"ids": ids})
    for table in (PARTS, API_MESSAGES):
        session.execute(delete(table).where(among(table.c.message_id)), {"ids": ids})
    statement = delete(ROWS).where(among(ROWS.c.id))
    return session.connection().execute(statement, {"ids": ids}).rowcount


def _forget_simulated(ids: list[int]) -> None:
    """Delete them from the simulated network too, which knows them by our ids."""
    if simulated_phone.gateway_settings()["path"].exists():
        simulated_phone.store().forget([str(number) for number in ids], [])
