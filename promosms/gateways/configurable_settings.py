"""The settings of the configurable gateway, read and checked."""

import json
import re

from promosms.gateways.base import BadSettings, Resend
from promosms.gateways.http import Settings, mark

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = {"to", "to_digits", "from", "text", "reference", "callback"}


def mode_of(settings: Settings) -> Resend:
    """What may be done with a text whose answer was lost; raises BadSettings."""
    try:
        return Resend(settings.get("resend", Resend.NEVER))
    except ValueError as error:
        raise BadSettings(f"resend: one of {', '.join(Resend)}") from error


def mark_of(settings: Settings) -> str:
    """Where texts are known by our reference, those of another installation must differ."""
    return mark(settings) if mode_of(settings) is not Resend.NEVER else ""


def check_lookup(lookup_url: str, templates: str) -> None:
    """Refuse a look-up that could not know a text by our reference."""
    if "{reference}" not in templates or "{reference}" not in lookup_url:
        raise BadSettings("resend: texts and lookup_url must carry {reference}")
    if set(PLACEHOLDER.findall(lookup_url)) != {"reference"}:
        raise BadSettings("lookup_url may hold {reference} only")


def headers_of(settings: Settings) -> dict[str, str]:
    """The headers to send; raises BadSettings."""
    try:
        found = json.loads(settings.get("headers") or "{}")
    except ValueError as error:
        raise BadSettings("headers: a JSON object is needed") from error
    if not isinstance(found, dict):
        raise BadSettings("headers: a JSON object is needed")
    for name, value in found.items():
        whole = f"{name}{value}"
        if not isinstance(value, str) or not whole.isascii() or not whole.isprintable():
            raise BadSettings(f"headers: {name} cannot be sent")
        if set(PLACEHOLDER.findall(value)) - {"reference"}:
            raise BadSettings(f"headers: {name} may hold {{reference}} only")
    return found


def check_templates(path: str, *templates: str) -> None:
    """Refuse placeholders that nobody fills."""
    if PLACEHOLDER.search(path.split("/", 3)[2]):
        raise BadSettings("url: the host cannot be a placeholder")
    unknown = {name for one in templates for name in PLACEHOLDER.findall(one)} - PLACEHOLDERS
    if unknown:
        raise BadSettings(f"unknown placeholders: {', '.join(sorted(unknown))}")


def check_receipts(settings: Settings, templates: str) -> None:
    """A receipt for a text of several parts can only be told by what we called it."""
    ours = "{reference}" in templates and settings.get("receipt_own")
    if not ours and "{callback}" not in templates:
        raise BadSettings("receipts need {callback}, or {reference} and receipt_own")
    if not settings.get("receipt_status"):
        raise BadSettings("receipt_status is missing")


def pattern_of(settings: Settings, name: str) -> re.Pattern[str] | None:
    """A compiled expression, None if there is none; raises BadSettings."""
    given = settings.get(name)
    try:
        pattern = re.compile(given) if given else None
    except re.error as error:
        raise BadSettings(f"{name}: {error}") from error
    if pattern and name in ("id_pattern", "lookup_pattern") and not pattern.groups:
        raise BadSettings(f"{name} needs a group: (…)")
    return pattern


def ranges_of(settings: Settings, name: str, default: str) -> list[tuple[int, int]]:
    """Ranges of statuses; raises BadSettings."""
    try:
        given = str(settings.get(name, default)).split(",")
        pairs = [one.partition("-") for one in given if one]
        return [(int(first), int(last or first)) for first, _, last in pairs]
    except ValueError as error:
        raise BadSettings(f"{name}: numbers like 200-299,409 are needed") from error
