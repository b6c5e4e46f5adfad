"""Example values for the reference, made from the schemas: what is sent, and what comes back."""

import json
import shlex
from typing import Any

from promosms.forms.api import shared
from promosms.views.api.schemas import Schema, Schemas, name_of

MOMENT = "2026-03-14T09:26:53.000Z"
NAMED = {
    "to": "+48600100200",
    "text": "Your parcel is at our counter until 18:00.",
    "country": "PL",
    "reference": "order-4711",
    "route": "full",
    "code": "full",
    "name": "FULL",
    "sender": "+48732000001",
    "description": "To all networks of the country.",
}
"""Values of members that say nothing else; all others are as empty as their schema allows."""


def value(schema: Schema, schemas: Schemas, name: str = "") -> Any:
    """A value that the schema accepts."""
    if "examples" in schema:
        return schema["examples"][0]
    if reference := name_of(schema):
        return value(schemas[reference], schemas, name)
    if {"type": "null"} in schema.get("anyOf", ()):
        return None
    if "anyOf" in schema:
        return value(schema["anyOf"][0], schemas, name)
    if schema.get("default") not in (None, ""):
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    return _plain(schema, schemas, name)


def body(schema: Schema, schemas: Schemas) -> dict[str, Any]:
    """A body with what is needed, and with the members that have an example of their own."""
    needed = schema.get("required", ())
    return {
        name: value(member, schemas, name)
        for name, member in schema["properties"].items()
        if name in needed or "examples" in member
    }


def call(method: str, address: str, sent: dict[str, Any] | None, *, once: bool) -> str:
    """A request as a command of curl, with the variables of the samples."""
    lines = [f'curl "$PROMOSMS_ADDRESS{address}"']
    if method not in ("get", "post") or (method == "post" and sent is None):
        lines.append(f"--request {method.upper()}")
    lines.append('--header "Authorization: Bearer $PROMOSMS_KEY"')
    if once:
        lines.append('--header "Idempotency-Key: order-4711-ready"')
    if sent is not None:
        lines.append('--header "Content-Type: application/json"')
        lines.append(f"--data {shlex.quote(written(sent))}")
    return " \\\n  ".join(lines)


def written(example: object) -> str:
    """JSON as people write it."""
    return json.dumps(example, indent=2, ensure_ascii=False)


def _plain(schema: Schema, schemas: Schemas, name: str) -> Any:
    if "properties" in schema:
        return {key: value(each, schemas, key) for key, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [value(schema["items"], schemas, name)]
    if schema.get("type") == "string":
        return _text(schema, name)
    return {"boolean": False, "object": {}}.get(schema.get("type", ""), schema.get("minimum", 1))


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") == "date-time":
        return MOMENT
    return shared.currency() if name == "currency" else NAMED.get(name, "")
