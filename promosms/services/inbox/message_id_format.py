"""Message id format: how a provider writes message ids in receipts, found out from receipts.

The settings of a gateway may name the format. Otherwise an id is read in every format, and the
number of the recipient says which reading is right (`receipt_owners.py`). After 20 receipts in the
same format it is used for all, also for those without a number, and shown to the admins. The other
readings are then tried only where it fits nothing.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promosms.gateways import message_id_format as formats
from promosms.gateways.message_id_format import (
    MessageIdFormat,
    canonical,
    other_forms,
    to_decimal,
    to_hexadecimal,
)
from promosms.models import Gateway, table_of

_NUMBER = re.compile("(?:0[xX])?[0-9a-fA-F]+")
SURE = 20  # receipts in the same format
GATEWAYS = table_of(Gateway)
# From the id in a receipt to the id in the answer.
CONVERTERS: dict[str, Callable[[str], str]] = {
    MessageIdFormat.RESPONSES_HEX: to_hexadecimal,
    MessageIdFormat.RECEIPTS_HEX: to_decimal,
}


class Learnt(NamedTuple):
    """What is known of a gateway: the format, if any, and how many receipts have shown it."""

    format: str = ""
    seen: int = 0

    @property
    def is_sure(self) -> bool:
        """Is the format used without looking at other readings?"""
        return self.seen >= SURE

    @property
    def likeliest(self) -> Callable[[str], str]:
        """The id of the answer for that of a receipt, by the format that is known."""
        return CONVERTERS.get(self.format, str)

    def readings(self, reference: str) -> tuple[str, ...]:
        """How the answer may have the id of a receipt, the likeliest first."""
        likely = self.likeliest(reference), reference
        return tuple(dict.fromkeys((*likely, *other_forms(reference))))

    def others(self, reference: str) -> tuple[str, ...]:
        """The other readings, where the likeliest fits nothing."""
        every = dict.fromkeys((reference, *other_forms(reference), canonical(reference)))
        return tuple(name for name in every if name != self.likeliest(reference))

    def usual(self, votes: Counter[str]) -> str:
        """The format of receipts that fit in several readings, by what others have shown."""
        counted = votes + Counter({self.format: self.seen})
        return max(counted, key=lambda name: counted[name], default=MessageIdFormat.SAME.value)


def learnt(session: Session, gateway_id: int) -> Learnt:
    """What is known of a gateway."""
    columns = GATEWAYS.c.message_id_format, GATEWAYS.c.message_id_format_seen
    row = session.execute(select(*columns).where(GATEWAYS.c.id == gateway_id)).first()
    return Learnt(*row) if row else Learnt()


def format_of(answer: str, receipt: str) -> str:
    """The format by which the id of a receipt is that of an answer; empty if by none."""
    return formats.format_of(answer, receipt) or ""


def has_readings(reference: str) -> bool:
    """May it be a number, in decimal or in hexadecimal?"""
    return _NUMBER.fullmatch(reference) is not None


def remember(session: Session, gateway_id: int, known: Learnt, votes: Counter[str]) -> Learnt:
    """Add receipts that have shown a format; one that more have shown takes its place.

    Returns what is known then.
    """
    name = known.usual(votes)
    if not name or not votes[name]:
        return known
    before = GATEWAYS.c.message_id_format_seen if name == known.format else 0
    session.execute(
        update(GATEWAYS)
        .where(GATEWAYS.c.id == gateway_id)
        .values(message_id_format=name, message_id_format_seen=before + votes[name])
    )
    return Learnt(name, votes[name] + (known.seen if name == known.format else 0))
