"""JSON schemas of the OpenAPI document as people read them: members, kinds of values, limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from promosms.forms.api.shared import Money
from promosms.lib.json_patterns import CHANGE
from promosms.web.api.openapi import REFERENCE

AMOUNT: str = TypeAdapter(Money).json_schema()["pattern"]
AMOUNTS = (AMOUNT, CHANGE)
Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
PAIRS = (
    ("minLength", "maxLength", "characters"),
    ("minimum", "maximum", ""),
    ("minItems", "maxItems", "items"),
)
"""The least and the most of something, and what is counted."""


class Piece(NamedTuple):
    """A part of the words that say what a value is; `model` is the object they lead to."""

    text: str
    model: str = ""


@dataclass(frozen=True)
class Member:
    """A member of an object, or a parameter."""

    name: str
    kind: tuple[Piece, ...]
    needed: bool
    limits: tuple[str, ...]
    about: str


def name_of(schema: Schema) -> str:
    """The name of the schema that this one refers to; empty if it refers to none."""
    prefix = REFERENCE.partition("{")[0]
    return str(schema.get("$ref", "")).removeprefix(prefix)


def shown(name: str) -> str:
    """The name of a model as people read it: `MessageOut` is a message."""
    return name.removesuffix("-Input").removesuffix("-Output").removesuffix("Out")


def is_object(schema: Schema) -> bool:
    """Has it members? Others are only words that a value can have."""
    return "properties" in schema


def members(schema: Schema, schemas: Schemas) -> list[Member]:
    """The members of an object, in the order of their declaration."""
    needed = schema.get("required", ())
    return [
        member(name, each, schemas, needed=name in needed)
        for name, each in schema.get("properties", {}).items()
    ]


def member(name: str, schema: Schema, schemas: Schemas, *, needed: bool, about: str = "") -> Member:
    """One member; `about` is said of it where its schema says nothing."""
    return Member(
        name,
        tuple(kind(schema, schemas)),
        needed,
        tuple(_limits(schema, schemas)),
        schema.get("description", about),
    )


def kind(schema: Schema, schemas: Schemas) -> Iterator[Piece]:
    """What a value is, in words."""
    name = name_of(schema)
    if name and is_object(schemas[name]):
        yield Piece(shown(name), shown(name))
    elif name:
        yield from kind(schemas[name], schemas)
    elif "anyOf" in schema:
        for place, choice in enumerate(schema["anyOf"]):
            yield from (Piece(" or "),) if place else ()
            yield from kind(choice, schemas)
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from kind(schema["items"], schemas)
    else:
        yield Piece(_simple(schema))


def _simple(schema: Schema) -> str:
    if schema.get("pattern") in AMOUNTS:
        return "amount"
    if schema.get("format") == "date-time":
        return "time"
    return str(schema.get("type", "anything"))


def _limits(schema: Schema, schemas: Schemas) -> Iterator[str]:
    for each in _flat(schema, schemas):
        if "enum" in each:
            yield "one of " + ", ".join(map(str, each["enum"]))
        for least, most, unit in PAIRS:
            if least in each or most in each:
                yield f"{_range(each.get(least), each.get(most))} {unit}".rstrip()
        if each.get("pattern", AMOUNT) not in AMOUNTS:
            yield f"pattern {each['pattern']}"
    if schema.get("default") not in (None, "", []):
        yield f"{_json(schema['default'])} if left out"


def _flat(schema: Schema, schemas: Schemas) -> Iterator[Schema]:
    """The schemas that a value itself can have, without those of what is in it."""
    name = name_of(schema)
    for each in schema.get("anyOf", [schemas[name] if name else schema]):
        yield schemas[name_of(each)] if name_of(each) else each


def _range(least: int | None, most: int | None) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _json(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
