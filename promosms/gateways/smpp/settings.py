"""The settings of an SMPP gateway, read from the strings of its row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, get_type_hints

from promosms.gateways.base import WINDOW
from promosms.gateways.offered import Offered, Shape, rare, secret
from promosms.gateways.smpp.errors import Meaning
from promosms.gateways.smpp.fields import Malformed, text

Codes = Mapping[int, Meaning]
REQUIRED = ("host", "system_id", "password")
OFFERED = (
    Offered("host", example="smpp.example.com"),
    Offered("port", Shape.NUMBER, default="2775"),
    Offered("tls", Shape.SWITCH, default="yes"),
    Offered("system_id"),
    secret("password"),
    rare("system_type"),
)
_HOST = re.compile(r"[^\s/@:]+|[0-9a-fA-F:.]+")


class SettingError(ValueError):
    """A setting is missing or makes no sense; the text names it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The setting {name} {problem}.")
        self.name = name


class BindAs(StrEnum):
    """One connection for both directions, or one each: some providers give receipts only so."""

    TRX = "trx"
    TX_RX = "tx_rx"


class Alphabet(StrEnum):
    """What the provider reads when a text needs no UCS-2."""

    GSM7 = "gsm7"
    LATIN1 = "latin1"
    ASCII = "ascii"


class Long(StrEnum):
    """How the parts of a long text are joined again."""

    UDH8 = "udh8"
    UDH16 = "udh16"
    SAR = "sar"
    PAYLOAD = "payload"


class MessageIdSetting(StrEnum):
    """How message ids are written in answers and receipts.

    AUTO keeps both as they are written and sets `Receipt.phone`: the matching then tries the other
    formats (gateways/message_id_format.py) among the messages to that number.
    """

    AUTO = "auto"
    SAME = "same"
    RESPONSES_HEX = "resp_hex_dlr_dec"
    RECEIPTS_HEX = "resp_dec_dlr_hex"


class Receipts(StrEnum):
    """Which receipts are asked for."""

    ALL = "all"
    FAILURES = "failures"
    NONE = "none"


class Accepted(StrEnum):
    """What the state ACCEPTED means to the provider: a step on the way, or the good end."""

    INTERMEDIATE = "intermediate"
    DELIVERED = "delivered"


def _between(least: float, most: float) -> dict[str, tuple[float, float]]:
    return {"between": (least, most)}


def _longest(characters: int) -> dict[str, int]:
    return {"longest": characters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """TON and NPI below 0 mean: derived from the address. Times in seconds."""

    host: str
    system_id: str = field(metadata=_longest(15))
    password: str = field(repr=False, metadata=_longest(64))
    """Longer ones than the eight characters of the specification are common."""
    port: int = field(default=2775, metadata=_between(1, 65535))
    system_type: str = field(default="", metadata=_longest(12))
    tls: bool = False
    tls_ca: str = ""
    """A file with the certificates to trust; those of the system if empty."""
    bind: BindAs = BindAs.TRX
    window: int = field(default=WINDOW, metadata=_between(1, 1000))
    """Submissions that may be open, parts counted singly: that of the gateway's row."""
    source_ton: int = field(default=-1, metadata=_between(-1, 255))
    source_npi: int = field(default=-1, metadata=_between(-1, 255))
    dest_ton: int = field(default=1, metadata=_between(0, 255))
    dest_npi: int = field(default=1, metadata=_between(0, 255))
    service_type: str = field(default="", metadata=_longest(5))
    alphabet: Alphabet = Alphabet.GSM7
    data_coding: int = field(default=-1, metadata=_between(-1, 255))
    """Of texts in the alphabet: 0, 3 or 1 by its kind if below 0."""
    flash: bool = False
    long: Long = Long.UDH8
    validity_hours: int = field(default=24, metadata=_between(0, 24 * 30))
    """0 leaves it to the provider."""
    receipts: Receipts = Receipts.ALL
    accepted: Accepted = Accepted.INTERMEDIATE
    message_id_format: MessageIdSetting = MessageIdSetting.AUTO
    errors: Codes = field(default_factory=dict)
    """Such as "0x401=temporary 1026=throttled 0x402=no_credit"; see errors.Meaning."""
    answer_seconds: float = field(default=20, metadata=_between(0.05, 3600))
    wait_seconds: float = field(default=8, metadata=_between(0.05, 3600))
    """How long a text waits for the bind and for its place in the window."""
    enquire_seconds: float = field(default=30, metadata=_between(0.05, 3600))
    country: str = field(default="", metadata=_longest(2))
    """That of the gateway: of numbers that come without a country code."""
    retry_seconds: float = field(default=1, metadata=_between(0.01, 60))
    """Before the second try to connect; doubled each time, up to a minute."""

    @classmethod
    def read(cls, strings: Mapping[str, Any]) -> Self:
        """Raises SettingError, which names the first setting that is wrong."""
        hints = get_type_hints(cls)
        if unknown := sorted(strings.keys() - hints.keys()):
            near = get_close_matches(unknown[0], hints, n=1)
            hint = f": {near[0]} does" if near else ""
            raise SettingError(unknown[0], f"does not exist{hint}")
        for name in REQUIRED:
            if not strings.get(name):
                raise SettingError(name, "is missing")
        limits = {item.name: item.metadata for item in fields(cls)}
        values = {
            n: _value(n, strings[n], hints[n], limits[n]) for n in strings if strings[n] != ""
        }
        _check_host(values["host"])
        _check_file("tls_ca", values.get("tls_ca", ""))
        return cls(**values)


def _check_host(host: str) -> None:
    if not _HOST.fullmatch(host):
        raise SettingError("host", "is wrong: a name such as smpp.example.com, without scheme")


def _check_file(name: str, file: str) -> None:
    try:
        if file:
            Path(file).open("rb").close()
    except OSError:
        raise SettingError(name, f"is wrong: {file} cannot be read") from None


def _value(name: str, string: Any, kind: Any, limits: Mapping[str, Any]) -> Any:
    try:
        value = _READERS.get(kind, kind)(str(string).strip())
    except ValueError:
        raise SettingError(name, f"is wrong: {_wanted(kind)}") from None
    least, most = limits.get("between", (None, None))
    if least is not None and not least <= value <= most:
        raise SettingError(name, f"is wrong: a number from {least} to {most} is needed")
    if longest := limits.get("longest"):
        try:
            text(value, longest + 1)
        except Malformed:
            raise SettingError(name, f"is wrong: at most {longest} characters are read") from None
    return value


def _wanted(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)} is needed"
    words = {
        bool: "yes or no is needed",
        int: "a whole number is needed",
        float: "a number is needed",
    }
    return words.get(kind, "pairs such as 0x401=temporary are needed")


def _yes(string: str) -> bool:
    word = string.lower()
    if word not in ("yes", "true", "1", "no", "false", "0"):
        raise ValueError(string)
    return word in ("yes", "true", "1")


def _codes(string: str) -> Codes:
    pairs = [pair.partition("=") for pair in re.split(r"[\s,]+", string) if pair]
    return {int(code, 0): Meaning(meaning) for code, _, meaning in pairs}


_READERS: Mapping[Any, Callable[[str], Any]] = {bool: _yes, Codes: _codes}
