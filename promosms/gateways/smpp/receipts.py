"""Receipts: recognises the deliveries that are receipts, and reads id and state.

Optional parameters count before the text. The format of the text (SMPP 3.4 appendix B) is only a
custom, so it is read key by key.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from math import inf
from typing import NamedTuple

from promosms.gateways import addresses, quoted_words
from promosms.gateways.base import Inbound, Receipt, ReceiptStatus
from promosms.gateways.message_id_format import LONGEST, canonical, to_decimal
from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Esm, Tag
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
    "delivered": State.DELIVERED,
    "delivred": State.DELIVERED,
    "delvrd": State.DELIVERED,
    "delivrd": State.DELIVERED,
    "deliverd": State.DELIVERED,
    "dlvrd": State.DELIVERED,
    "expired": State.EXPIRED,
    "expird": State.EXPIRED,
    "deleted": State.DELETED,
    "deletd": State.DELETED,
    "canceled": State.DELETED,
    "cancelled": State.DELETED,
    "undeliverable": State.UNDELIVERABLE,
    "undelivered": State.UNDELIVERABLE,
    "undelivrd": State.UNDELIVERABLE,
    "undlvrd": State.UNDELIVERABLE,
    "failed": State.UNDELIVERABLE,
    "rejected": State.REJECTED,
    "rejectd": State.REJECTED,
    "skipped": State.SKIPPED,
    "accepted": State.ACCEPTED,
    "acceptd": State.ACCEPTED,
    "acked": State.ENROUTE,
    "enroute": State.ENROUTE,
    "buffred": State.ENROUTE,
    "buffered": State.ENROUTE,
    "scheduled": State.SCHEDULED,
    "unknown": State.UNKNOWN,
}
SHORTEST = 4  # letters of a word that was cut: two of WORDS may begin alike, never with one meaning
KEY = re.compile(
    r"\b(?:(?P<id>id|(?:message|msg|sms)[ _-]?id)"
    r"|(?P<stat>stat(?:e|us)?|(?:message|msg|sms)[ _-]?stat(?:e|us)?)|(?P<text>text)"
    r"|(?P<other>sub|dlvrd|submit[ _-]?date|done[ _-]?date|err(?:or)?(?:[ _-]?code)?))"
    r"[\"']?\s*[:=][:=>]*"
)
VALUE = re.compile(r"[\s\x00-\x1f\"'<({\[]*([^\s\x00-\x1f\x7f,;|&\"'<>(){}\[\]]*)")
"""The word after a key, without blanks, NUL, quotation marks, brackets and separators."""
CODE = re.compile(r"(?<=[a-z0-9])[.!:/-]+[0-9]*\Z")
"""What some write at the end of a state: a stop, or the code of the error."""
MARKED = Esm.RECEIPT | Esm.DELIVERY_ACKNOWLEDGED | Esm.INTERMEDIATE
DAY = 86_400
OUTDATED = 14 * DAY
"""Seconds. No text waits so long for its receipt; but networks write dates in their own zone, and
may be wrong by days."""


class Report(NamedTuple):
    """A receipt as received: the id as written, the state if there is one, the recipient.

    `marked`: the network says that it is a receipt. Otherwise only its words look like one.
    """

    id: str
    state: State | None
    phone: str = ""
    address: str = ""
    other_end: str = ""
    quoted: str = ""
    outdated: bool = False
    marked: bool = True


def report(delivered: Delivered, country: str = "") -> Report | None:
    """The receipt in a delivery; None if it is a reply. `country` is that of the gateway.

    Some providers do not mark receipts; they are recognised by their parameters or their text.
    """
    words, quoted = _read(_text(delivered))
    state_number = tlvs.number(delivered.tlvs, Tag.MESSAGE_STATE)
    name = tlvs.string(delivered.tlvs, Tag.RECEIPTED_MESSAGE_ID)
    worded = _worded(words.get("stat", ""))
    marked = bool(delivered.esm_class & MARKED) or (bool(name) and state_number is not None)
    if not marked and not _is_worded(words, worded):
        return None
    coded = _state(state_number)
    # The parameter counts, unless only the text has a final state.
    state = worded if coded is None or (coded not in FINAL and worded in FINAL) else coded
    source = delivered.source
    phone, address = addresses.recipient(source.value, source.ton, country)
    return Report(
        name or words.get("id", "").rstrip("."),
        state,
        phone,
        address,
        delivered.destination.value[: addresses.LONGEST],
        quoted_words.checksum(quoted),
        _is_outdated(words),
        marked,
    )


def _is_worded(words: Mapping[str, str], state: State | None) -> bool:
    """Are these the words of a receipt? A text of a person may have some of the keys, too."""
    named = "id" in words and "stat" in words
    return named and (state is not None or len(words.keys() - {"text"}) > 2)


def keys(text: str) -> dict[str, str]:
    """The keys of a receipt's text with the word after each, whatever their order; lower case.

    "message_id" counts as "id" and "status" as "stat", where these are missing.
    """
    return _read(text)[0]


def _read(text: str) -> tuple[dict[str, str], str]:
    """The keys with their words, and what follows the key "text"."""
    text = text.lower()
    quoted = ""
    values: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for match in KEY.finditer(text):
        name, end = match.lastgroup or "", match.end()
        if name == "text":  # what follows was written by people
            quoted = text[end:].lstrip()
            values["text"] = ""
            break
        key = match[name]
        value = VALUE.match(text, end)
        word = value[1] if value else ""
        apart = value is not None and value.start(1) > end
        if value and (apart or ":" in word or "=" in word) and KEY.match(text, value.start(1)):
            word = ""  # the next key
        (values if key == name or name == "other" else aliases).setdefault(
            name if name != "other" else key, word
        )
    return aliases | values, quoted


def receipt(report: Report, settings: Settings) -> Receipt | None:
    """The receipt for a report; None if its state is not final."""
    status = _final(report, settings)
    return _receipt(report, settings, status) if status is not None and report.id else None


def unmarked(report: Report, settings: Settings, reply: Inbound) -> Receipt | Inbound:
    """The receipt for a report that is not marked; the reply if it cannot be one.

    Its state need not be final: whether it is a receipt at all is found out by id and phone.
    """
    if not report.id or reply.parts > 1:
        return reply
    return replace(_receipt(report, settings, _final(report, settings)), reply=reply)


def _final(report: Report, settings: Settings) -> ReceiptStatus | None:
    if report.state is State.ACCEPTED and settings.accepted is Accepted.DELIVERED:
        return ReceiptStatus.DELIVERED
    return FINAL.get(report.state) if report.state is not None else None


def _receipt(report: Report, settings: Settings, status: ReceiptStatus | None) -> Receipt:
    return Receipt(
        of_receipt(report.id, settings.message_id_format),
        "",
        status,
        report.phone,
        report.address,
        report.other_end,
        report.quoted,
        report.outdated,
    )


def of_response(name: str, message_id_format: MessageIdSetting) -> str:
    """The reference for a message_id of a submit_sm_resp, cut to what can be stored."""
    if message_id_format is MessageIdSetting.RESPONSES_HEX:
        return to_decimal(name)[:LONGEST]
    return canonical(name)


def of_receipt(name: str, message_id_format: MessageIdSetting) -> str:
    """The reference for a message_id of a receipt: the same as that of its answer."""
    if message_id_format is MessageIdSetting.RECEIPTS_HEX:
        return to_decimal(name)[:LONGEST]
    return canonical(name)


def _is_outdated(words: Mapping[str, str]) -> bool:
    """Was its text submitted long ago, if it says so: "submit date:YYMMDDhhmm", or with seconds."""
    written = words.get("submit date") or words.get("submitdate") or words.get("submit_date", "")
    return len(written) in (10, 12) and time.time() - _day(written[:6]) > OUTDATED


@lru_cache(maxsize=64)
def _day(written: str) -> float:
    """The end of a day, YYMMDD, as seconds since 1970; infinite if there is no such day."""
    try:
        day = datetime.strptime(written, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return inf
    return day.timestamp() + DAY


def _state(number: int | None) -> State | None:
    return STATES.get(number) if number is not None else None


def _worded(word: str) -> State | None:
    """The state for a word, which may be cut at any length, or for a number of section 5.2.28."""
    word = CODE.sub("", word)
    if word.isascii() and word.isdecimal():
        return _state(int(word[:9]))
    if word in WORDS or len(word) < SHORTEST:
        return WORDS.get(word)
    return next((state for name, state in WORDS.items() if name.startswith(word)), None)


def _text(delivered: Delivered) -> str:
    octets = delivered.octets
    if delivered.esm_class & Esm.HEADER and octets:
        octets = octets[1 + octets[0] :]
    if delivered.data_coding in (UCS2, UCS2 | FLASH):
        return octets.decode("utf-16-be", "replace")
    return octets.decode("latin-1")
