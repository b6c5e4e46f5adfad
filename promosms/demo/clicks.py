"""Clicks of the demo account: some of those who got a text have opened its link."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from promosms.models import Campaign, Click, Link, Message, MessageStatus, Recipient
from promosms.services.recipients import activity

OPENED_BY = 0.14
TWICE = 0.2  # of those who have


def seed(
    session: Session,
    campaign: Campaign,
    messages: Sequence[Message],
    random: Random,
    share: float = OPENED_BY,
) -> None:
    """Let this share of those it has reached open the first link of a campaign, if it has any."""
    link = session.scalars(
        select(Link).where(Link.campaign_id == campaign.id, Link.target != "").order_by(Link.id)
    ).first()
    if link is None:
        return
    reached = [
        (str(message.recipient), message.final_at)
        for message in messages
        if message.final_at and message.status == MessageStatus.DELIVERED
    ]
    # So many, and not each by chance: what differs in the demo must differ every time.
    arrived = dict(random.sample(reached, round(len(reached) * share)))
    query = select(Recipient.id, Recipient.public_id).where(Recipient.public_id.in_(arrived))
    rows: list[dict[str, int | datetime]] = []
    latest: dict[int, tuple[int, datetime]] = {}
    clicks = 0
    for recipient_id, public_id in session.execute(query.order_by(Recipient.id)):
        first = arrived[public_id] + timedelta(minutes=random.uniform(1, 900))
        times = 2 if random.random() < TWICE else 1
        last = first + (times - 1) * timedelta(minutes=random.uniform(2, 300))
        keys = {"link_id": link.id, "recipient_id": recipient_id, "account_id": link.account_id}
        rows.append({**keys, "first_at": first, "last_at": last, "times": times})
        clicks += times
        latest[recipient_id] = link.account_id, last
    activity.clicked(session, latest)
    session.execute(insert(Click), rows)
    link.people, link.clicks = len(rows), clicks
