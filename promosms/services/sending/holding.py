"""What keeps the messages of a campaign from leaving now: quiet hours, own clocks, its pace.

All three are judged at the claim, which is when a text is handed over. While no country of a
campaign is open, or its pace is used up, the whole campaign is held: none of its rows is touched.
While some messages may leave, the others are put aside: they are detached, to be tried when the
hours of their number open, or its clocks show the time. Once nothing else is left of a campaign,
the sweep holds it until then, so that nobody looks for these rows again and again.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, now, table_of
from promosms.services.sending import cursors, own_clocks, pace
from promosms.services.sending.counters import CounterDeltas
from promosms.services.sending.pace import Pace
from promosms.sms import quiet_hours

ROWS, CAMPAIGNS = table_of(Message), table_of(Campaign)
COLUMNS = (
    *(CAMPAIGNS.c.countries, CAMPAIGNS.c.wide_hours),
    *(CAMPAIGNS.c.each_clock, CAMPAIGNS.c.planned_time),
    *(CAMPAIGNS.c.pace_size, CAMPAIGNS.c.pace_seconds, CAMPAIGNS.c.pace_log),
)
"""What the functions here read of a campaign that is locked."""
SOON = timedelta(minutes=1)  # not worth holding a campaign for


def held_until(campaign: Campaign) -> datetime | None:
    """Until when a campaign that is being sent is held; None if it is not."""
    until = campaign.held_until
    held = campaign.status == CampaignStatus.SENDING and until is not None and until > now()
    return until if held else None


def hold(session: Session, campaign: Row[Any]) -> datetime | None:
    """Hold a campaign, which is locked, while none of its messages may leave; until when."""
    moment = now()
    closed = None
    if campaign.countries:
        closed = quiet_hours.earliest(campaign.countries, moment, wide=campaign.wide_hours)
    full = pace.opens(_pace(campaign), campaign.pace_log, moment) if campaign.pace_size else None
    until = max(filter(None, (closed, full)), default=None)
    if until is not None:
        session.execute(
            update_rows(Campaign).where(Campaign.id == campaign.id).values(held_until=until)
        )
    return until


def most(campaign: Row[Any], wanted: int) -> int:
    """How many messages of a campaign, which is locked, a claim may take now."""
    if not campaign.pace_size:
        return wanted
    return min(wanted, pace.room(_pace(campaign), campaign.pace_log, now()))


def note(campaign: Row[Any], number: int, deltas: CounterDeltas) -> None:
    """Note that so many messages of a campaign leave now; hold it when its pace is used up."""
    if not campaign.pace_size or not number:
        return
    moment, rule = now(), _pace(campaign)
    log = pace.noted(rule, campaign.pace_log, moment, number)
    deltas.columns[campaign.id] |= {
        "pace_log": log,
        "held_until": pace.opens(rule, log, moment),
    }


def puts_aside(campaign: Row[Any]) -> bool:
    """Can there be messages that have to wait although others may leave?"""
    return bool(campaign.countries or campaign.each_clock)


def put_aside(session: Session, campaign: Row[Any], rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Queue claimed messages again that may not be handed over now; returns the others.

    The first column of a row is the id. The campaign is locked.
    """
    moment = now()
    wide = campaign.wide_hours
    closed = quiet_hours.may_wait(campaign.countries, moment, wide=wide)
    clock = campaign.planned_time if campaign.each_clock else ""
    if clock and own_clocks.over_everywhere(clock, moment):
        clock = ""
    if not closed and not clock:
        return rows
    query = select(ROWS.c.id, ROWS.c.country, ROWS.c.phone).where(bulk.among(ROWS.c.id))
    if not clock:
        query = query.where(ROWS.c.country.in_(closed))
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for message_id, country, phone in session.execute(query, {"ids": [row[0] for row in rows]}):
        keeps_hours = country in campaign.countries
        if at := leaves(clock, country, phone, moment, keeps_hours=keeps_hours, wide=wide):
            by_moment[at].append(message_id)
    for at, ids in by_moment.items():
        _queue_again(session, ids, at)
    waiting = {message_id for ids in by_moment.values() for message_id in ids}
    return [row for row in rows if row[0] not in waiting] if waiting else rows


def leaves(
    clock: str, country: str, phone: str, moment: datetime, *, keeps_hours: bool, wide: bool
) -> datetime | None:
    """When a message may leave that cannot at this moment; None if it can.

    `clock` is the time that the clocks of its number must show, or empty; `keeps_hours` says
    whether quiet hours bind it, and `wide` whether it may leave later where they are advice.
    """
    shown = own_clocks.due(clock, country, phone) if clock else moment
    opening = None
    if keeps_hours:
        opening = quiet_hours.opens(country, phone, max(shown, moment), wide=wide)
    return opening or (shown if shown > moment else None)


def hold_what_waits() -> int:
    """Hold the campaigns of which only messages are left that wait; returns how many."""
    candidates = select(Campaign.id).where(*_waits(), cursors.not_held()).order_by(Campaign.id)
    return sum(map(_hold_one, db.session.scalars(candidates).all()))


def _pace(campaign: Row[Any]) -> Pace:
    return Pace(campaign.pace_size, campaign.pace_seconds)


def _waits() -> tuple[Any, ...]:
    sending = Campaign.status == CampaignStatus.SENDING
    return sending, Campaign.n_sending == 0, Campaign.n_queued > 0


def _hold_one(campaign_id: int) -> bool:
    with transaction() as session:
        query = select(Campaign).where(Campaign.id == campaign_id, *_waits()).with_for_update()
        campaign = session.scalar(query.execution_options(populate_existing=True))
        if campaign is None or not (campaign.countries or campaign.each_clock):
            return False
        if _has_cursors(campaign):
            return False
        # As a text that may be tried at once has no time, the count tells whether there is one.
        first, timed, number = session.execute(
            select(
                func.min(Message.next_attempt_at), func.count(Message.next_attempt_at), func.count()
            ).where(Message.campaign_id == campaign_id, Message.attention_status == cursors.QUEUED)
        ).one()
        if first is None or timed < number or first <= now() + SOON:
            return False
        campaign.held_until = first
        return True


def _has_cursors(campaign: Campaign) -> bool:
    stored = campaign.send_cursors
    return any(
        cursor.next < cursor.last for cursor in (cursors.read(stored, int(k)) for k in stored)
    )


def _queue_again(session: Session, ids: Sequence[int], at: datetime) -> None:
    """As if they had not been claimed: this was no try."""
    tries = ROWS.c.attempts - 1
    session.execute(
        update(ROWS)
        .where(bulk.among(ROWS.c.id), ROWS.c.status == MessageStatus.SENDING)
        .values(
            status=MessageStatus.QUEUED,
            attention_status=MessageStatus.QUEUED,
            next_attempt_at=at,
            attempts=tries,
            tried_at=func.nullif(ROWS.c.tried_at, ROWS.c.submitted_at),
            submitted_at=None,
            lease_token=None,
            lease_until=None,
        ),
        {"ids": list(ids)},
    )
