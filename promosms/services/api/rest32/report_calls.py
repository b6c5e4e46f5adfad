"""The calls that plug-ins have asked for: the address of each text, filled in when it leaves."""

from collections.abc import Sequence

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiMessage, Message, MessageStatus
from promosms.services.api import message_ids
from promosms.services.api.rest32 import delivery_urls
from promosms.services.webhooks.claiming import Claimed
from promosms.services.webhooks.noting import server_of

PLAIN = "http://"


def addresses(claimed: Sequence[Claimed]) -> dict[int, str]:
    """The address to call for each delivery, by its id; none for texts that are gone."""
    query = (
        select(
            *(Message.id, Message.account_id, Message.phone),
            *(ApiMessage.reference, ApiMessage.delivery_url),
        )
        .join(ApiMessage, ApiMessage.message_id == Message.id)
        .where(Message.id.in_({each.subject_id for each in claimed}))
    )
    rows = {(row.account_id, row.id): row for row in db.session.execute(query)}
    names = dict(zip(rows, message_ids.encode([number for _, number in rows]), strict=True))
    found: dict[int, str] = {}
    for each in claimed:
        row = rows.get((each.account_id, each.subject_id))
        if row is None or not row.delivery_url or server_of(row.delivery_url) != each.endpoint.url:
            continue
        found[each.id] = delivery_urls.filled(
            row.delivery_url,
            names[each.account_id, each.subject_id],
            MessageStatus(each.word),
            # Without encryption others could read it on its way.
            phone="" if row.delivery_url.lower().startswith(PLAIN) else row.phone,
            reference=row.reference,
            moment=each.occurred_at,
        )
    return found
