"""The OpenAPI document (3.1), made of the declarations of the endpoints and their models."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import Flask
from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.routing import Rule

from promosms.urls import public_address
from promosms.web.api import PREFIX
from promosms.web.api.endpoint import HEADER, Endpoint
from promosms.web.api.problems import MEDIA_TYPE, TYPES

VERSION = "1.0"
REFERENCE = "#/components/schemas/{model}"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
Members = dict[str, Any]
Events = Mapping[str, tuple[type[BaseModel], str]]
"""What each event of webhooks says, and when it happens."""
NO_EVENTS: Events = {}


class ErrorAt(BaseModel):
    """What is wrong with one member of the body, or with one parameter."""

    pointer: str = Field("", description="A JSON pointer into the body, such as #/to.")
    parameter: str = Field("", description="The name of a parameter of the address.")
    code: str = Field("", description="Of a text in a batch: the problem that it has.")
    detail: str


class ProblemOut(BaseModel):
    """Why a request was not done (RFC 9457). Some problems have more members."""

    type: str = Field(description="Leads to the line about it in the documentation.")
    title: str
    status: int
    code: str = Field(description="Never changes: compare this.")
    detail: str = Field(description="What to do.")
    errors: list[ErrorAt] | None = None


class Operation(NamedTuple):
    """A view of the API: its address, its method, its words and its declaration."""

    path: str
    method: str
    name: str
    summary: str
    description: str
    arguments: tuple[str, ...]
    kind: Endpoint

    @property
    def topic(self) -> str:
        """What it is about: the first step of its address."""
        return self.path.split("/")[1]


def operations(app: Flask) -> list[Operation]:
    """All views of the API, in the order of their addresses."""
    return sorted(_operations(app), key=lambda one: (one.path, one.method))


def document(app: Flask, told: Events = NO_EVENTS) -> Members:
    """The whole document; `told` are the events of webhooks."""
    every = operations(app)
    schemas, named = _schemas(every, told)
    paths: defaultdict[str, Members] = defaultdict(dict)
    for one in every:
        paths[one.path][one.method] = _described(one, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PromoSMS API",
            "version": VERSION,
            "description": "Send texts from your own programs. How to begin: "
            + public_address("/api"),
        },
        "servers": [{"url": public_address(PREFIX)}],
        "security": [{"key": []}],
        "paths": dict(paths),
        "webhooks": {event: _told(event, *each, named) for event, each in told.items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _told(event: str, model: type[BaseModel], when: str, named: dict[Any, Members]) -> Members:
    """An event of webhooks, as OpenAPI describes what is sent to others."""
    told = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": named[model, "serialization"],
        },
    }
    return {
        "post": {
            "operationId": f"webhook_{event.replace('.', '_')}",
            "summary": when.removesuffix("."),
            "security": [],
            "requestBody": {"required": True, "content": {"application/json": {"schema": told}}},
            "responses": {"2XX": {"description": "Taken"}},
        }
    }


def _operations(app: Flask) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        kind: Endpoint | None = view.__dict__.get("endpoint")
        if kind is None:
            continue
        summary, _, description = (view.__doc__ or "").partition("\n\n")
        for method in sorted((rule.methods or set()) & {"GET", "POST", "DELETE", "PATCH"}):
            yield Operation(
                _path(rule),
                method.lower(),
                rule.endpoint.removeprefix("api_").replace(".", "_"),
                _one_line(summary).removesuffix("."),
                _one_line(description),
                tuple(_ARGUMENT.findall(rule.rule)),
                kind,
            )


def _path(rule: Rule) -> str:
    return _ARGUMENT.sub(r"{\1}", rule.rule.removeprefix(PREFIX))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _schemas(every: list[Operation], told: Events) -> tuple[Members, dict[Any, Members]]:
    """The schemas of all models, and how each is referred to, by model and mode."""
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (ProblemOut, "serialization"): None,
        **{(model, "serialization"): None for model, _ in told.values()},
    }
    for one in every:
        if one.kind.body is not None:
            models[one.kind.body, "validation"] = None
        if one.kind.query is not None:
            models[one.kind.query, "validation"] = None
        models |= dict.fromkeys((model, "serialization") for model in one.kind.gives.values())
    named, definitions = models_json_schema(list(models), ref_template=REFERENCE)
    schemas: Members = definitions["$defs"]
    for query in {one.kind.query for one in every if one.kind.query}:
        del schemas[query.__name__]  # its members are parameters
    return schemas, dict(named)


def _described(one: Operation, named: dict[Any, Members]) -> Members:
    members: Members = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.topic],
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_headers(one)],
        "responses": {
            **{
                str(status): _given(named[model, "serialization"], status)
                for status, model in one.kind.gives.items()
            },
            **_problems(one, named[ProblemOut, "serialization"]),
        },
    }
    if one.description:
        members["description"] = one.description
    if one.kind.scope is not None:
        members["x-scope"] = one.kind.scope.value
    if one.kind.body is not None:
        content = {"application/json": {"schema": named[one.kind.body, "validation"]}}
        members["requestBody"] = {"required": True, "content": content}
    return members


def _path_parameters(one: Operation) -> list[Members]:
    schema = {"type": "string"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in one.arguments
    ]


def _query_parameters(one: Operation) -> list[Members]:
    if one.kind.query is None:
        return []
    schema = one.kind.query.model_json_schema(ref_template=REFERENCE)
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": member.pop("description", ""),
            "schema": member,
        }
        for name, member in schema["properties"].items()
    ]


def _headers(one: Operation) -> list[Members]:
    if one.kind.once is None:
        return []
    words = "Your own name for this request, such as a UUID. Repeated with it within 24 hours, the "
    words += "request is not done again, and the answer is that of the first time."
    schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"}
    return [
        {"name": HEADER, "in": "header", "required": False, "description": words, "schema": schema}
    ]


def _given(schema: Members, status: int) -> Members:
    words = {200: "Done", 201: "Accepted: it is stored"}[status]
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _problems(one: Operation, schema: Members) -> Members:
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for code in one.kind.all_problems():
        by_status[TYPES[code].status].append(code)
    return {
        str(status): {
            "description": ", ".join(codes),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, codes in sorted(by_status.items())
    }
