"""For how long the texts of a campaign are tried: by us first, and then by the network.

The time begins with the first try. What could not be handed over within it is not sent any more;
the network is told how much of it is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.models import Campaign, Message, now, table_of
from promosms.services.sending.claim_queries import Claimed

TOO_LATE = "too_late"
"""The reason of a message that was not handed over in time."""
ROWS, CAMPAIGNS = table_of(Message), table_of(Campaign)
MINUTE = timedelta(minutes=1)


def left(session: Session, hours: int, ids: Sequence[int]) -> dict[int, int]:
    """How many minutes are left of claimed messages that were tried before; 0: it is over.

    All others have the whole time.
    """
    query = select(ROWS.c.id, ROWS.c.tried_at)
    tried_before = ROWS.c.tried_at < ROWS.c.submitted_at
    rows = session.execute(query.where(bulk.among(ROWS.c.id), tried_before), {"ids": list(ids)})
    moment, whole = now(), timedelta(hours=hours)
    return {
        message_id: max(0, -((moment - tried_at - whole) // MINUTE))
        for message_id, tried_at in rows
    }


def told(
    messages: Sequence[Claimed], hours: Mapping[int, int], left_of: Mapping[int, int]
) -> list[Claimed]:
    """Claimed messages with the time that is left, in minutes; `hours` by campaign."""
    limited = []
    for message in messages:
        whole = hours.get(message.campaign_id or 0, 0) * 60
        minutes = left_of.get(message.id, whole) if whole else 0
        limited.append(message._replace(validity=minutes))
    return limited


def again(session: Session, messages: Sequence[Claimed]) -> list[Claimed]:
    """The same for messages that were read anew, of any campaigns."""
    hours = _hours(session, {m.campaign_id for m in messages if m.campaign_id is not None})
    left_of: dict[int, int] = {}
    for campaign_id, its_hours in hours.items():
        ids = [m.id for m in messages if m.campaign_id == campaign_id]
        left_of |= left(session, its_hours, ids)
    # What is over meanwhile was claimed in time, and is about to leave.
    return told(messages, hours, {key: max(1, minutes) for key, minutes in left_of.items()})


def over(rows: Sequence[Row[Any]], left_of: Mapping[int, int]) -> list[int]:
    """The ids of claimed messages whose time is over; the first column of a row is the id."""
    return [row[0] for row in rows if left_of.get(row[0]) == 0]


def _hours(session: Session, campaign_ids: Iterable[int]) -> dict[int, int]:
    query = select(CAMPAIGNS.c.id, CAMPAIGNS.c.validity_hours)
    limited = CAMPAIGNS.c.id.in_(campaign_ids), CAMPAIGNS.c.validity_hours > 0
    return {row.id: row.validity_hours for row in session.execute(query.where(*limited))}
