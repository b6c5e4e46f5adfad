"""Quiet hours in the send loop: promotional texts are claimed within the hours of their country.

They are judged at the claim, which is when a text is handed over. While no country of a campaign
is open, the whole campaign is held: none of its rows is touched. While some are, what may not go
yet is put aside: it is detached, to be tried when the hours of its number open. Once nothing else
is left of a campaign, the sweep holds it until then, so that nobody looks for these rows again and
again.
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
from promosms.models import (
    Campaign,
    CampaignKind,
    CampaignStatus,
    Message,
    MessageStatus,
    now,
    table_of,
)
from promosms.services.installation import defaults
from promosms.services.sending import cursors
from promosms.settings import settings
from promosms.sms import quiet_hours

ROWS = table_of(Message)
SOON = timedelta(minutes=1)  # not worth holding a campaign for


def bind(campaign: Campaign) -> bool:
    """Do quiet hours bind a campaign? The simulator disturbs nobody."""
    promotional = campaign.kind == CampaignKind.PROMOTIONAL
    return promotional and settings.quiet_hours and not defaults.simulator_only()


def forecast(campaign: Campaign, countries: Sequence[str], at: datetime) -> dict[str, datetime]:
    """The countries that are closed at this moment, and when their first number may be texted."""
    if not bind(campaign):
        return {}
    openings = {country: quiet_hours.earliest([country], at) for country in countries}
    return {country: opening for country, opening in openings.items() if opening}


def disturbs(campaign: Campaign, countries: Sequence[str], at: datetime) -> list[str]:
    """The countries where a service text would come at night: it is sent all the same."""
    if campaign.kind != CampaignKind.SERVICE:
        return []
    return [country for country in countries if quiet_hours.at_night(country, at)]


def held_until(campaign: Campaign) -> datetime | None:
    """Until when a campaign that is being sent is held; None if it is not."""
    until = campaign.held_until
    held = campaign.status == CampaignStatus.SENDING and until is not None and until > now()
    return until if held else None


def hold(session: Session, campaign_id: int, countries: Sequence[str]) -> datetime | None:
    """Hold a campaign, which is locked, while none of its countries is open; until when."""
    until = quiet_hours.earliest(countries, now()) if countries else None
    if until is not None:
        session.execute(
            update_rows(Campaign).where(Campaign.id == campaign_id).values(held_until=until)
        )
    return until


def put_aside(
    session: Session, countries: Sequence[str], rows: Sequence[Row[Any]]
) -> Sequence[Row[Any]]:
    """Queue claimed messages again that may not be handed over now; returns the others.

    The first column of a row is the id. Their campaign is locked.
    """
    moment = now()
    doubtful = quiet_hours.may_wait(countries, moment)
    if not doubtful:
        return rows
    query = select(ROWS.c.id, ROWS.c.country, ROWS.c.phone).where(
        bulk.among(ROWS.c.id), ROWS.c.country.in_(doubtful)
    )
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for message_id, country, phone in session.execute(query, {"ids": [row[0] for row in rows]}):
        if at := quiet_hours.opens(country, phone, moment):
            by_moment[at].append(message_id)
    for at, ids in by_moment.items():
        _queue_again(session, ids, at)
    waiting = {message_id for ids in by_moment.values() for message_id in ids}
    return [row for row in rows if row[0] not in waiting] if waiting else rows


def hold_what_waits() -> int:
    """Hold the campaigns of which only messages are left that wait; returns how many."""
    candidates = select(Campaign.id).where(*_waits(), cursors.not_held()).order_by(Campaign.id)
    return sum(map(_hold_one, db.session.scalars(candidates).all()))


def _waits() -> tuple[Any, ...]:
    sending = Campaign.status == CampaignStatus.SENDING
    return sending, Campaign.n_sending == 0, Campaign.n_queued > 0


def _hold_one(campaign_id: int) -> bool:
    with transaction() as session:
        query = select(Campaign).where(Campaign.id == campaign_id, *_waits()).with_for_update()
        campaign = session.scalar(query.execution_options(populate_existing=True))
        if campaign is None or not campaign.countries or _has_cursors(campaign):
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
