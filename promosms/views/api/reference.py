"""The reference of the API: the OpenAPI document, in the order and the words of its pages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from promosms.views.api import examples, schemas
from promosms.views.api.schemas import Member, Piece, Schema, Schemas
from promosms.web.api import PREFIX
from promosms.web.api.endpoint import HEADER
from promosms.web.api.openapi import REFERENCE
from promosms.web.api.problems import MEDIA_TYPE

FIRST = "messages"
"""What most programs are written for stands on top; all else follows by the alphabet."""
JSON = "application/json"
PROBLEM = "ProblemOut"
PLACES = {"path": "In the address", "query": "Parameters", "header": "Headers"}
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What comes back if all is well; the example is empty where the same stands above."""

    status: str
    words: str
    kind: tuple[Piece, ...]
    example: str


@dataclass(frozen=True)
class Operation:
    """One thing that a program can ask for; `problems`, by status, that not all others have too."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    parameters: Mapping[str, list[Member]]
    body: list[Member]
    call: str
    answers: list[Answer]
    problems: Mapping[str, list[str]]


@dataclass(frozen=True)
class Model:
    """An object that stands in answers, or within a body."""

    name: str
    about: str
    members: list[Member]


@dataclass(frozen=True)
class Topic:
    """The operations about one thing, and the objects that they take and give."""

    name: str
    title: str
    operations: list[Operation]
    models: list[Model]


@dataclass(frozen=True)
class Reference:
    """Everything: the topics, the problems that all operations have, and what a problem is."""

    topics: Mapping[str, Topic]
    problems: Mapping[str, list[str]]
    models: list[Model]


def read(document: Document) -> Reference:
    """The reference of an OpenAPI document."""
    every = sorted(_described(document), key=_order)
    codes = [{code for found in _problems(one).values() for code in found} for *_, one in every]
    common = set.intersection(*codes)
    topics = [_topic(document, name, list(each), common) for name, each in groupby(every, _tag)]
    return Reference(
        {one.name: one for one in topics},
        _only(_problems(every[0][2]), common, own=False),
        _models(document, [{"$ref": REFERENCE.format(model=PROBLEM)}], set()),
    )


@dataclass(frozen=True)
class Event:
    """An event of webhooks: when it happens, what it says, and an example."""

    name: str
    when: str
    about: str
    members: list[Member]
    example: str


def events(document: Document) -> list[Event]:
    """The events of webhooks in an OpenAPI document."""
    every: Schemas = document["components"]["schemas"]
    found = []
    for name, one in document["webhooks"].items():
        schema = one["post"]["requestBody"]["content"][JSON]["schema"]
        data = every[schemas.name_of(schema["properties"]["data"])]
        said = {
            "type": name,
            "timestamp": examples.MOMENT,
            "data": {
                key: examples.value(each, every, key)
                for key, each in data["properties"].items()
                if key in data["required"]
            },
        }
        found.append(
            Event(
                name,
                one["post"]["summary"],
                data.get("description", ""),
                schemas.members(data, every),
                examples.written(said),
            )
        )
    return found


def _topic(
    document: Document, name: str, every: list[tuple[str, str, Schema]], common: set[str]
) -> Topic:
    seen: set[tuple[Piece, ...]] = set()
    operations = [_operation(document, *each, seen) for each in every]
    return Topic(
        name,
        name.capitalize(),
        [replace(one, problems=_only(one.problems, common, own=True)) for one in operations],
        _models(document, [_own(one) for *_, one in every], {_body_name(one) for *_, one in every}),
    )


def _own(one: Schema) -> Schema:
    """An operation without its problems, which are the same objects on every page."""
    answers = one["responses"].values()
    return {**one, "responses": [each for each in answers if JSON in each["content"]]}


def _described(document: Document) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            yield path, method, one


def _order(each: tuple[str, str, Schema]) -> tuple[bool, str, bool]:
    """What is about messages first, and making something before reading it."""
    path, method, _one = each
    return _tag(each) != FIRST, path, method != "post"


def _tag(each: tuple[str, str, Schema]) -> str:
    return str(each[2]["tags"][0])


def _only(
    problems: Mapping[str, list[str]], common: set[str], *, own: bool
) -> dict[str, list[str]]:
    """Those problems that are common to all operations, or those that are the `own` of one."""
    kept = {
        status: [code for code in codes if (code not in common) == own]
        for status, codes in problems.items()
    }
    return {status: codes for status, codes in kept.items() if codes}


def _operation(
    document: Document, path: str, method: str, one: Schema, seen: set[tuple[Piece, ...]]
) -> Operation:
    every: Schemas = document["components"]["schemas"]
    name = _body_name(one)
    return Operation(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        about=one.get("description", ""),
        scope=one.get("x-scope", ""),
        parameters=_parameters(one, every),
        body=schemas.members(every[name], every) if name else [],
        call=_call(path, method, one, every),
        answers=list(_answers(one, every, seen)),
        problems=_problems(one),
    )


def _body_name(one: Schema) -> str:
    """The name of the schema of the body; empty if there is no body."""
    content = one.get("requestBody", {}).get("content", {})
    return schemas.name_of(content[JSON]["schema"]) if content else ""


def _parameters(one: Schema, every: Schemas) -> dict[str, list[Member]]:
    found: defaultdict[str, list[Member]] = defaultdict(list)
    for each in one["parameters"]:
        found[PLACES[each["in"]]].append(
            schemas.member(
                each["name"],
                each["schema"],
                every,
                needed=each["required"],
                about=each.get("description", ""),
            )
        )
    return found


def _answers(one: Schema, every: Schemas, seen: set[tuple[Piece, ...]]) -> Iterator[Answer]:
    for status, answer in one["responses"].items():
        if JSON in answer["content"]:
            schema = answer["content"][JSON]["schema"]
            kind = tuple(schemas.kind(schema, every))
            example = "" if kind in seen else examples.written(examples.value(schema, every))
            seen.add(kind)
            yield Answer(status, answer["description"], kind, example)


def _problems(one: Schema) -> dict[str, list[str]]:
    """The codes of all problems of an operation, by status."""
    return {
        status: answer["description"].split(", ")
        for status, answer in one["responses"].items()
        if MEDIA_TYPE in answer["content"]
    }


def _call(path: str, method: str, one: Schema, every: Schemas) -> str:
    name = _body_name(one)
    sent = examples.body(every[name], every) if name else None
    once = any(each["name"] == HEADER for each in one["parameters"])
    return examples.call(method, PREFIX + _filled(path, one, every), sent, once=once)


def _filled(path: str, one: Schema, every: Schemas) -> str:
    """The path with the example of an id, where the answer has one."""
    for status in ("200", "201"):
        answer = one["responses"].get(status, {}).get("content", {}).get(JSON)
        given = examples.value(answer["schema"], every) if answer else {}
        if given.get("id"):
            path = path.replace("{public_id}", str(given["id"]))
    return path


def _models(document: Document, parts: list[Schema], bodies: set[str]) -> list[Model]:
    """The objects that the parts lead to, but those that stand with the operation as its body."""
    every: Schemas = document["components"]["schemas"]
    reached = set[str]()
    inside = list(_referred(list(parts)))
    while inside:
        name = inside.pop()
        if name and name not in reached:
            reached.add(name)
            inside += _referred(every[name])
    alone = bodies - {name for one in reached for name in _referred(every[one])}
    return [
        Model(schemas.shown(name), schema.get("description", ""), schemas.members(schema, every))
        for name, schema in every.items()
        if name in reached - alone and schemas.is_object(schema)
    ]


def _referred(part: object) -> Iterator[str]:
    """The names of all schemas that are referred to within this part of the document."""
    if isinstance(part, Mapping):
        yield schemas.name_of(part)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _referred(each)
