"""For how long texts are tried: by us first, and then by the network.

Of a campaign the time begins with the first try; a text of the API has a time at which it is over.
What could not be handed over by then is not sent any more; the network is told how much is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.models import ApiMessage, Campaign, Message, Priority, now, table_of
from promosms.services.sending.claim_queries import Claimed

TOO_LATE = "too_late"
"""The reason of a message that was not handed over in time."""
ROWS, CAMPAIGNS, OF_API = table_of(Message), table_of(Campaign), table_of(ApiMessage)
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


def left_of_api(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How many minutes are left of claimed texts of the API that have an end; 0: it is over."""
    query = select(OF_API.c.message_id, OF_API.c.valid_until)
    limited = bulk.among(OF_API.c.message_id), OF_API.c.valid_until.is_not(None)
    rows = session.execute(query.where(*limited), {"ids": list(ids)})
    moment = now()
    return {message_id: max(0, -((moment - end) // MINUTE)) for message_id, end in rows}


def told_of_api(messages: Sequence[Claimed], left_of: Mapping[int, int]) -> list[Claimed]:
    """Claimed texts of the API with the time that is left, in minutes."""
    return [m._replace(validity=left_of.get(m.id, 0)) for m in messages]


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
    of_api = left_of_api(session, [m.id for m in messages if m.priority == Priority.API])
    # What is over meanwhile was claimed in time, and is about to leave.
    limited = told(messages, hours, {key: max(1, minutes) for key, minutes in left_of.items()})
    ends = {key: max(1, minutes) for key, minutes in of_api.items()}
    return [m._replace(validity=ends.get(m.id, m.validity)) for m in limited]


def over(rows: Sequence[Row[Any]], left_of: Mapping[int, int]) -> list[int]:
    """The ids of claimed messages whose time is over; the first column of a row is the id."""
    return [row[0] for row in rows if left_of.get(row[0]) == 0]


def _hours(session: Session, campaign_ids: Iterable[int]) -> dict[int, int]:
    query = select(CAMPAIGNS.c.id, CAMPAIGNS.c.validity_hours)
    limited = CAMPAIGNS.c.id.in_(campaign_ids), CAMPAIGNS.c.validity_hours > 0
    return {row.id: row.validity_hours for row in session.execute(query.where(*limited))}
