"""Message id format: how a provider writes message ids in receipts, found out from receipts.

The settings of a gateway may name the format. Otherwise an id is read in every format, and the
number of the recipient says which reading is right (`receipt_owners.py`). After 20 receipts in the
same format it is used for all, also for those without a number, and shown to the admins. The other
readings are then tried only where it fits nothing.
"""

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

    def readings(self, reference: str, has_phone: bool) -> tuple[str, ...]:
        """How the answer may have the id of a receipt, the likeliest first.

        While nobody is sure, only the number of the recipient can tell which reading is right.
        """
        likeliest = CONVERTERS.get(self.format, str)(reference)
        if self.is_sure:
            return (likeliest,)
        if not has_phone:
            return (reference,)
        return tuple(dict.fromkeys((likeliest, reference, *other_forms(reference))))

    def others(self, reference: str) -> tuple[str, ...]:
        """The other readings, where the one that is sure fits nothing."""
        every = dict.fromkeys((reference, *other_forms(reference), canonical(reference)))
        return tuple(name for name in every if name not in self.readings(reference, False))

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


def remember(session: Session, gateway_id: int, known: Learnt, votes: Counter[str]) -> None:
    """Add receipts that have shown a format; one that more have shown takes its place."""
    name = known.usual(votes)
    if not name or not votes[name]:
        return
    before = GATEWAYS.c.message_id_format_seen if name == known.format else 0
    session.execute(
        update(GATEWAYS)
        .where(GATEWAYS.c.id == gateway_id)
        .values(message_id_format=name, message_id_format_seen=before + votes[name])
    )
