"""Receipts: which deliveries are receipts, of which part, and what they say.

Optional parameters go before the text, whose form (SMPP 3.4 appendix B) is a habit and no rule:
it is read key by key.
"""

import re
from enum import IntEnum
from typing import NamedTuple

from promosms.gateways.base import Receipt, ReceiptStatus
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.parts import FLASH, UCS2
from promosms.gateways.smpp.pdus import Delivered
from promosms.gateways.smpp.settings import Accepted, Ids, Settings


class State(IntEnum):
    """message_state, section 5.2.28; SCHEDULED and SKIPPED are of SMPP 5.0."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9


STATES = {state.value: state for state in State}
FINAL = {
    State.DELIVERED: ReceiptStatus.DELIVERED,
    State.EXPIRED: ReceiptStatus.EXPIRED,
    State.DELETED: ReceiptStatus.UNDELIVERED,
    State.UNDELIVERABLE: ReceiptStatus.UNDELIVERED,
    State.REJECTED: ReceiptStatus.UNDELIVERED,
    State.SKIPPED: ReceiptStatus.UNDELIVERED,
}
"""The others are steps on the way; after UNKNOWN nobody knows more than without a receipt."""

WORDS = {
    "delivrd": State.DELIVERED,
    "delivered": State.DELIVERED,
    "expired": State.EXPIRED,
    "deleted": State.DELETED,
    "undeliv": State.UNDELIVERABLE,
    "undeliverable": State.UNDELIVERABLE,
    "undelivered": State.UNDELIVERABLE,
    "failed": State.UNDELIVERABLE,
    "rejectd": State.REJECTED,
    "rejected": State.REJECTED,
    "skipped": State.SKIPPED,
    "acceptd": State.ACCEPTED,
    "accepted": State.ACCEPTED,
    "acked": State.ENROUTE,
    "enroute": State.ENROUTE,
    "buffred": State.ENROUTE,
    "buffered": State.ENROUTE,
    "scheduled": State.SCHEDULED,
    "schedul": State.SCHEDULED,
    "unknown": State.UNKNOWN,
}
KEY = re.compile(r"\b(id|sub|dlvrd|submit ?date|done ?date|stat|err|text)\s*:", re.IGNORECASE)
MARKED = (Esm.RECEIPT, Esm.DELIVERY_ACKNOWLEDGED, Esm.INTERMEDIATE)


class Report(NamedTuple):
    """A receipt as it came: the id as written, and the state if one was told."""

    id: str
    state: State | None


def report(delivered: Delivered) -> Report | None:
    """What a delivery reports, None if it is no receipt but a text of somebody.

    Some providers forget to mark receipts; such a one is known by its parameters or its words.
    """
    told = keys(_text(delivered))
    given = tlvs.number(delivered.tlvs, Tag.MESSAGE_STATE)
    name = tlvs.string(delivered.tlvs, Tag.RECEIPTED_MESSAGE_ID)
    by_words = {"id", "stat"} <= told.keys() and len(told.keys() - {"text"}) > 2
    marked = delivered.esm_class & Esm.KIND in MARKED
    if not (marked or by_words or (name and given is not None)):
        return None
    states = (_state(given), WORDS.get(told.get("stat", "").lower()))
    known = [state for state in states if state is not None]
    known.sort(key=lambda state: state not in FINAL)  # of two final ones the first stays first
    return Report(name or told.get("id", ""), known[0] if known else None)


def keys(text: str) -> dict[str, str]:
    """The keys of a receipt's text with the word after each, whatever their order and case."""
    found: dict[str, str] = {}
    places = list(KEY.finditer(text))
    ends = [*(place.start() for place in places), len(text)][1:]
    for place, end in zip(places, ends, strict=True):
        value = text[place.end() : end].split()
        key = place[1].lower().replace(" ", "")
        found.setdefault(key, value[0] if value else "")
        if key == "text":
            break  # what follows was written by people
    return found


def receipt(told: Report, settings: Settings) -> Receipt | None:
    """The event for a report, None where it decides nothing."""
    status = FINAL.get(told.state) if told.state is not None else None
    if told.state is State.ACCEPTED and settings.accepted is Accepted.DELIVERED:
        status = ReceiptStatus.DELIVERED
    if status is None or not told.id:
        return None
    return Receipt(of_receipt(told.id, settings.ids), "", status)


def of_answer(name: str, ids: Ids) -> str:
    """The reference for a message_id of a submit_sm_resp."""
    return canonical(_decimal(name) if ids is Ids.ANSWERS_HEX else name)


def of_receipt(name: str, ids: Ids) -> str:
    """The reference for a message_id of a receipt: the same as that of its answer."""
    return canonical(_decimal(name) if ids is Ids.RECEIPTS_HEX else name)


def canonical(name: str) -> str:
    """Without blanks, leading zeros and capitals, which providers write now so, now otherwise."""
    name = name.strip().lower()[:64]
    return name.lstrip("0") or name[:1]


def _decimal(name: str) -> str:
    """A hexadecimal id in decimal; an id that is no number stays."""
    try:
        return str(int(name.strip(), 16))
    except ValueError:
        return name


def _state(number: int | None) -> State | None:
    return STATES.get(number) if number is not None else None


def _text(delivered: Delivered) -> str:
    octets = delivered.octets
    if delivered.esm_class & Esm.HEADER and octets:
        octets = octets[1 + octets[0] :]
    if delivered.data_coding in (UCS2, UCS2 | FLASH):
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1")
