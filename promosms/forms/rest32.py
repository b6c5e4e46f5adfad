"""What programs send to PromoSMS REST 3.2: JSON, or forms in the spellings that they use.

A list may be named `recipients[]`, `recipients[0]`, `recipients[0][0]`, or `recipients` several
times; in JSON it may be a list, an object, or one string. Names that are not known are ignored.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from promosms.services.api.rest32.requests import Asked
from promosms.services.api.rest32.statuses import NotDone, Status

Fields = Mapping[str, Any]
"""By name what was sent; of a form a list, in the order in which it was sent."""
LISTS = ("recipients", "user-indexes")
SAME = {"user-index": "user-indexes", "recipient": "recipients", "dlr-url": "delivery-url"}
"""Other names for the same."""
DEEPEST = 8
"""Lists within lists."""
MOST_TIME = 253_402_300_799
"""The last second of the year 9999."""
FLAGS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
}
_SEVERAL = re.compile(r"[,;\n]")
_WHOLE = re.compile(r"[0-9]{1,12}")
REPLACED = "\ufffd"
"""What a byte becomes that is no UTF-8."""


def of_json(body: bytes) -> Fields:
    """The fields of a JSON object; raises NotDone."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotDone(Status.UNREADABLE) from error
    if not isinstance(found, dict):
        raise NotDone(Status.UNREADABLE)
    return {SAME.get(str(name), str(name)): value for name, value in found.items()}


def of_query(body: bytes, most: int) -> Fields:
    """The fields of a form as in an address, at most so many; raises NotDone.

    Not by the framework: it leaves bytes that are no UTF-8 as they were encoded, in the text.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=most, errors="strict"
        )
    except ValueError as error:
        raise NotDone(Status.UNREADABLE) from error
    return of_form(pairs)


def of_form(pairs: Iterable[tuple[str, str]]) -> Fields:
    """The fields of a form, with all values of each; raises NotDone."""
    found: dict[str, list[str]] = {}
    for written, value in pairs:
        if REPLACED in value:
            raise NotDone(Status.UNREADABLE)
        name = written.partition("[")[0]
        found.setdefault(SAME.get(name, name), []).append(value)
    return {name: values if name in LISTS else values[-1] for name, values in found.items()}


def asked(fields: Fields) -> Asked:
    """The request that the fields mean; raises NotDone."""
    return Asked(
        recipients=_numbers(fields.get("recipients")),
        text=_text(fields.get("text"), Status.NO_TEXT),
        type=_type(fields.get("type")),
        sender=_text(fields.get("sender"), Status.SENDER).strip(),
        special_chars=flag(fields, "special-chars"),
        long_sms=flag(fields, "long-sms"),
        send_at=_date(fields.get("date")),
        delivery_url=_text(fields.get("delivery-url"), Status.DELIVERY_URL).strip(),
        user_indexes=_leaves(fields.get("user-indexes"), Status.USER_INDEXES),
        service=flag(fields, "confirm-service"),
    )


def flag(fields: Fields, name: str) -> bool:
    """Yes or no; without the field no. Raises NotDone."""
    value = fields.get(name)
    if isinstance(value, bool):
        return value
    written = _text(value, Status.FLAG).strip().lower()
    if written not in FLAGS:
        raise NotDone(Status.FLAG, f"{name} is neither yes nor no. Send 1 or 0.")
    return FLAGS[written]


def moment(written: str) -> datetime | None:
    """A Unix time as an aware one; None for what is none."""
    if not _WHOLE.fullmatch(written) or int(written) > MOST_TIME:
        return None
    return datetime.fromtimestamp(int(written), UTC)


def _date(value: object) -> datetime | None:
    """When it is to leave; None for now, which 0 and nothing mean."""
    written = _text(value, Status.DATE).strip()
    if written in ("", "0"):
        return None
    found = moment(written)
    if found is None:
        raise NotDone(Status.DATE)
    return found


def _type(value: object) -> int | None:
    written = _text(value, Status.TYPE).strip()
    if not written:
        return None
    if not _WHOLE.fullmatch(written):
        raise NotDone(Status.TYPE)
    return int(written)


def _numbers(value: object) -> list[str]:
    """Phone numbers; one string may have several, with commas, semicolons or lines between."""
    leaves = _leaves(value, Status.NUMBER)
    pieces = (piece.strip() for leaf in leaves for piece in _SEVERAL.split(leaf))
    return [piece for piece in pieces if piece]


def _leaves(value: object, wrong: Status, depth: int = 0) -> list[str]:
    """All texts within a value, in order; raises NotDone with the status `wrong`."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [] if value is None else [_text(value, wrong)]
    if depth >= DEEPEST:
        raise NotDone(wrong)
    return [leaf for each in value for leaf in _leaves(each, wrong, depth + 1)]


def _text(value: object, wrong: Status) -> str:
    """A text, also one that was sent as a number; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise NotDone(wrong)
