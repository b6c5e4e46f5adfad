"""The settings of the configurable gateway, read and checked."""

import json
import re

from promosms.gateways.base import BadSettings, Resend
from promosms.gateways.http import Settings, mark
from promosms.gateways.offered import ADDRESSES, GUARDS, Offered, Shape, rare

LONGEST_VALIDITY = 720  # hours
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
VALIDITY = {"validity_minutes", "validity_seconds"}
METHODS = ("POST", "GET", "PUT")
FLASH = "flash"
PLACEHOLDERS = {"to", "to_digits", "from", "text", "reference", "callback", FLASH, *VALIDITY}

BODY = '{"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{reference}"}'
OFFERED = (
    Offered("url", example="https://sms.example.com/v1/messages"),
    Offered("method", Shape.CHOICE, default="POST", choices=METHODS),
    Offered("content_type", default="application/json"),
    Offered("headers", Shape.SECRET, example='{"Authorization": "Bearer 0123456789"}'),
    Offered("body", Shape.TEXT, example=BODY),
    Offered("id_path", example="messages.0.id"),
    *(rare(f"receipt_{name}") for name in ("reference", "status", "our_reference")),
    *(rare(f"inbound_{name}") for name in ("reference", "phone", "number", "text")),
    ADDRESSES,
    *GUARDS,
)


def mode_of(settings: Settings) -> Resend:
    """What may be done with a text whose answer was lost; raises BadSettings."""
    try:
        return Resend(settings.get("resend", Resend.NEVER))
    except ValueError as error:
        raise BadSettings(f"resend: one of {', '.join(Resend)}") from error


def limits_validity(settings: Settings) -> bool:
    """Do the templates say for how long the network shall try?"""
    return not VALIDITY.isdisjoint(_placeholders(settings))


def says_flash(settings: Settings) -> bool:
    """Do the templates say whether a text is flash?"""
    return FLASH in _placeholders(settings)


def _placeholders(settings: Settings) -> list[str]:
    return PLACEHOLDER.findall(f"{settings.get('url', '')} {settings.get('body', '')}")


def usual_validity(settings: Settings) -> int:
    """The hours for texts for which nothing else was chosen; raises BadSettings."""
    written = str(settings.get("validity_hours", "24"))
    if not re.fullmatch("[0-9]{1,3}", written) or not 1 <= int(written) <= LONGEST_VALIDITY:
        raise BadSettings(f"validity_hours: a number from 1 to {LONGEST_VALIDITY} is needed")
    return int(written)


def mark_of(settings: Settings) -> str:
    """The mark of our references, if the provider finds texts by them."""
    return mark(settings) if mode_of(settings) is not Resend.NEVER else ""


def check_lookup(lookup_url: str, templates: str) -> None:
    """Refuse a look-up that cannot find a text by our reference."""
    if "{reference}" not in templates or "{reference}" not in lookup_url:
        raise BadSettings("resend: texts and lookup_url must carry {reference}")
    if set(PLACEHOLDER.findall(lookup_url)) != {"reference"}:
        raise BadSettings("lookup_url may hold {reference} only")


def headers_of(settings: Settings) -> dict[str, str]:
    """The headers to send; raises BadSettings."""
    try:
        headers = json.loads(settings.get("headers") or "{}")
    except ValueError as error:
        raise BadSettings("headers: a JSON object is needed") from error
    if not isinstance(headers, dict):
        raise BadSettings("headers: a JSON object is needed")
    for name, value in headers.items():
        whole = f"{name}{value}"
        if not isinstance(value, str) or not whole.isascii() or not whole.isprintable():
            raise BadSettings(f"headers: {name} cannot be sent")
        if set(PLACEHOLDER.findall(value)) - {"reference"}:
            raise BadSettings(f"headers: {name} may hold {{reference}} only")
    return headers


def check_templates(path: str, *templates: str) -> None:
    """Refuse unknown placeholders."""
    if PLACEHOLDER.search(path.split("/", 3)[2]):
        raise BadSettings("url: the host cannot be a placeholder")
    unknown = {
        name for template in templates for name in PLACEHOLDER.findall(template)
    } - PLACEHOLDERS
    if unknown:
        raise BadSettings(f"body, url or headers: no placeholders are {', '.join(sorted(unknown))}")


def check_receipts(settings: Settings, templates: str) -> None:
    """Receipts of texts with several parts can only be matched by our reference."""
    ours = "{reference}" in templates and settings.get("receipt_our_reference")
    if not ours and "{callback}" not in templates:
        raise BadSettings("receipts need {callback}, or {reference} and receipt_our_reference")
    if not settings.get("receipt_status"):
        raise BadSettings("receipt_status is missing")


def pattern_of(settings: Settings, name: str) -> re.Pattern[str] | None:
    """A compiled expression, None if there is none; raises BadSettings."""
    setting = settings.get(name)
    try:
        pattern = re.compile(setting) if setting else None
    except re.error as error:
        raise BadSettings(f"{name}: {error}") from error
    if pattern and name in ("id_pattern", "lookup_pattern") and not pattern.groups:
        raise BadSettings(f"{name} needs a group: (…)")
    return pattern


def ranges_of(settings: Settings, name: str, default: str) -> list[tuple[int, int]]:
    """Ranges of statuses; raises BadSettings."""
    try:
        ranges = str(settings.get(name, default)).split(",")
        pairs = [item.partition("-") for item in ranges if item]
        return [(int(first), int(last or first)) for first, _, last in pairs]
    except ValueError as error:
        raise BadSettings(f"{name}: numbers like 200-299,409 are needed") from error
