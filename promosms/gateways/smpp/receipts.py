"""Receipts: recognises the deliveries that are receipts, and reads id and state.

Optional parameters count before the text. The format of the text (SMPP 3.4 appendix B) is only a
custom, so it is read key by key.
"""

import re
from enum import IntEnum
from typing import NamedTuple

from promosms.gateways.base import Receipt, ReceiptStatus
from promosms.gateways.message_id_format import canonical, to_decimal
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
from promosms.gateways.smpp.inbound import number_of
from promosms.gateways.smpp.parts import FLASH, UCS2
from promosms.gateways.smpp.pdus import Delivered
from promosms.gateways.smpp.settings import Accepted, MessageIdSetting, Settings


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
"""The other states are not final; UNKNOWN says as little as no receipt."""

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
KEY = re.compile(r"\b(id|sub|dlvrd|submit ?date|done ?date|stat|err|text)\s*:")
MARKED = Esm.RECEIPT | Esm.DELIVERY_ACKNOWLEDGED | Esm.INTERMEDIATE


class Report(NamedTuple):
    """A receipt as received: the id as written, the state if there is one, the recipient."""

    id: str
    state: State | None
    phone: str = ""


def report(delivered: Delivered) -> Report | None:
    """The receipt in a delivery; None if it is a reply.

    Some providers do not mark receipts; they are recognised by their parameters or their text.
    """
    words = keys(_text(delivered))
    state_number = tlvs.number(delivered.tlvs, Tag.MESSAGE_STATE)
    name = tlvs.string(delivered.tlvs, Tag.RECEIPTED_MESSAGE_ID)
    by_words = {"id", "stat"} <= words.keys() and len(words.keys() - {"text"}) > 2
    marked = delivered.esm_class & MARKED
    if not (marked or by_words or (name and state_number is not None)):
        return None
    coded, worded = _state(state_number), WORDS.get(words.get("stat", ""))
    # The parameter counts, unless only the text has a final state.
    state = worded if coded is None or (coded not in FINAL and worded in FINAL) else coded
    phone = number_of(delivered.source)
    return Report(name or words.get("id", ""), state, phone if phone.startswith("+") else "")


def keys(text: str) -> dict[str, str]:
    """The keys of a receipt's text with the word after each, whatever their order; lower case."""
    values: dict[str, str] = {}
    pieces = KEY.split(text.lower())
    for key, after in zip(pieces[1::2], pieces[2::2], strict=True):
        value = after.split(None, 1)
        values.setdefault(key, value[0] if value else "")
        if key == "text":
            break  # what follows was written by people
    return values


def receipt(report: Report, settings: Settings) -> Receipt | None:
    """The receipt for a report; None if its state is not final."""
    status = FINAL.get(report.state) if report.state is not None else None
    if report.state is State.ACCEPTED and settings.accepted is Accepted.DELIVERED:
        status = ReceiptStatus.DELIVERED
    if status is None or not report.id:
        return None
    return Receipt(of_receipt(report.id, settings.message_id_format), "", status, report.phone)


def of_response(name: str, message_id_format: MessageIdSetting) -> str:
    """The reference for a message_id of a submit_sm_resp."""
    return (
        to_decimal(name) if message_id_format is MessageIdSetting.RESPONSES_HEX else canonical(name)
    )


def of_receipt(name: str, message_id_format: MessageIdSetting) -> str:
    """The reference for a message_id of a receipt: the same as that of its answer."""
    return (
        to_decimal(name) if message_id_format is MessageIdSetting.RECEIPTS_HEX else canonical(name)
    )


def _state(number: int | None) -> State | None:
    return STATES.get(number) if number is not None else None


def _text(delivered: Delivered) -> str:
    octets = delivered.octets
    if delivered.esm_class & Esm.HEADER and octets:
        octets = octets[1 + octets[0] :]
    if delivered.data_coding in (UCS2, UCS2 | FLASH):
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1")
