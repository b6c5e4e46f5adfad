"""Addresses that programs want to be called with news of a text: `delivery-url` of REST 3.2."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from promosms.gateways.http import reachable
from promosms.models import MessageStatus

LONGEST = 500
"""Characters of an address, before its placeholders are filled."""
_WRITTEN = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%(smsid|report|number|ownid|timestamp)", re.IGNORECASE)

PENDING, DELIVERED, NOT_DELIVERED, SENT, REFUSED = 0, 1, 2, 8, 16
"""What `%report` says. Programs also read 4 as sent; it is not used here."""
REPORTS: Mapping[MessageStatus, int] = {
    MessageStatus.QUEUED: PENDING,
    MessageStatus.SENDING: PENDING,
    MessageStatus.UNKNOWN: PENDING,
    MessageStatus.SENT: SENT,
    MessageStatus.DELIVERED: DELIVERED,
    MessageStatus.UNDELIVERED: NOT_DELIVERED,
    MessageStatus.EXPIRED: NOT_DELIVERED,
    MessageStatus.FAILED: REFUSED,
    MessageStatus.SKIPPED: REFUSED,
    MessageStatus.CANCELLED: REFUSED,
}
"""The number for each status of a text. Unknown is pending, because news may still come."""


def is_possible(url: str, *, private: bool = False) -> bool:
    """Can this address be called, as far as it is seen in it? With `private` also inside.

    A name is looked up only when there is something to say: then an address of an internal network
    is refused again, see `gateways/http/reachable.py`.
    """
    if len(url) > LONGEST or not _WRITTEN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    alone = "@" not in parts.netloc and "%" not in parts.netloc
    return bool(host) and alone and not reachable.is_refused(url, private=private)


def filled(
    url: str,
    message_id: str,
    status: MessageStatus,
    *,
    phone: str = "",
    reference: str = "",
    moment: datetime | None = None,
) -> str:
    """The address to call about a text: with its public id, and a number for its status.

    `phone` is E.164, `reference` the user index, `moment` when the status came about (aware). They
    fill `%smsID`, `%report`, `%number`, `%ownID` and `%timestamp` (Unix time), in any case; each
    is encoded for an address. Everything else stays as it is.
    """
    values = {
        "smsid": message_id,
        "report": str(REPORTS[status]),
        "number": phone.removeprefix("+"),
        "ownid": reference,
        "timestamp": "" if moment is None else str(int(moment.timestamp())),
    }
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1].lower()], safe=""), url)
