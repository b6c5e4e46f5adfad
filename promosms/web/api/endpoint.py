"""Endpoints: what a view of the API takes and gives, checked and documented from one declaration.

The models are those of pydantic: one declaration validates a request, writes an answer, and is the
schema in the OpenAPI document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel, ConfigDict, ValidationError

from promosms.models import Scope
from promosms.services.api import idempotency
from promosms.services.api.idempotency import (
    AlreadyDone,
    InProgress,
    Once,
    OtherRequest,
)
from promosms.web.api import caller, problems, rate_limit
from promosms.web.api.problems import Problem

LARGEST = 5 * 1024 * 1024
"""Bytes of a body."""
HEADER = "Idempotency-Key"
ALWAYS = ("unauthorized", "address-not-allowed", "key-in-address", "https-only")
"""Problems of every endpoint; those below come with what an endpoint takes."""
MORE = ("invalid-request", "too-many-requests", "internal", "unavailable", "method-not-allowed")
OF_BODY = ("malformed-json", "too-large", "unsupported-media-type")
OF_ONCE = (
    *("invalid-idempotency-key", "idempotency-key-reused", "in-progress"),
    "done-and-deleted",
)


class NoParameters(BaseModel):
    """The address has none: one that is sent all the same is a mistake."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Answer:
    """What a view gives: a model, its status, and headers."""

    model: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[..., Answer]


@dataclass(frozen=True)
class Endpoint:
    """The declaration of a view. `gives` are the models of answers by status."""

    scope: Scope | None
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    gives: Mapping[int, type[BaseModel]]
    problems: tuple[str, ...]
    once: Callable[[str, Any], Answer] | None
    together: bool

    def all_problems(self) -> tuple[str, ...]:
        """The codes of all problems that it can answer with."""
        codes = [*ALWAYS, *MORE, *self.problems]
        codes += ["missing-scope"] if self.scope else []
        codes += ["missing-right"]
        codes += OF_BODY if self.body else ()
        codes += OF_ONCE if self.once else ()
        return tuple(code for code in problems.TYPES if code in codes)


def endpoint(
    *,
    gives: Mapping[int, type[BaseModel]],
    scope: Scope | None = None,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    fails: tuple[str, ...] = (),
    once: Callable[[str, Any], Answer] | None = None,
    together: bool = False,
) -> Callable[[View], Callable[..., Response]]:
    """Declare a view: it gets `body` and `query` as models, and returns an Answer.

    With `once` it also gets the Once of the request, None without the header; the function writes
    the answer of a request that was done before, from its result and its body. That is found out
    before the view judges the body: a time that was to come may be over. A view that does requests
    `together` finds it out itself.
    """
    kind = Endpoint(scope, body, query, gives, fails, once, together)

    def mark(view: View) -> Callable[..., Response]:
        @wraps(view)
        def call(**arguments: Any) -> Response:
            return _call(kind, view, arguments)

        call.__dict__["endpoint"] = kind
        return call

    return mark


def declared(name: str) -> Endpoint:
    """The declaration of the endpoint with this name of Flask."""
    found: Endpoint = current_app.view_functions[name].__dict__["endpoint"]
    return found


def _call(kind: Endpoint, view: Callable[..., Answer], arguments: dict[str, Any]) -> Response:
    request.max_content_length = LARGEST
    query = _query(kind.query or NoParameters)
    if kind.query is not None:
        arguments["query"] = query
    if kind.body is not None:
        arguments["body"] = _body(kind.body)
    if kind.once is None:
        return _written(view(**arguments))
    one = once_of_request()
    try:
        with idempotency.alone(one):
            if not kind.together:
                idempotency.check(one)
            return _written(view(**arguments, once=one))
    except AlreadyDone as error:
        return _written(kind.once(error.result, arguments.get("body")), replayed=True)
    except InProgress as error:
        raise Problem("in-progress", headers={"Retry-After": "1"}) from error
    except OtherRequest as error:
        raise Problem("idempotency-key-reused") from error


def _body(model: type[BaseModel]) -> BaseModel:
    if request.mimetype != "application/json":
        raise Problem("unsupported-media-type")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise problems.invalid(error) from error


def _query(model: type[BaseModel]) -> BaseModel:
    """The parameters of the address; one that comes twice is a mistake."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        errors = [{"parameter": name, "detail": "Send it once."} for name in twice]
        raise Problem("invalid-request", errors=errors)
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as error:
        raise problems.invalid(error, parameters=True) from error


def once_of_request() -> Once | None:
    """The name of this request, if it has an idempotency key. Raises Problem."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= idempotency.LONGEST and key.isascii() and key.isprintable()):
        raise Problem("invalid-idempotency-key")
    what = b"\n".join((request.method.encode(), request.path.encode(), request.get_data()))
    who = caller.key()
    return idempotency.once(who.account_id, key, what, sandbox=who.sandbox)


def _written(answer: Answer, *, replayed: bool = False) -> Response:
    response = Response(
        answer.model.model_dump_json(), status=answer.status, mimetype="application/json"
    )
    response.headers.update(answer.headers)
    response.headers.update(rate_limit.headers())
    response.headers["Cache-Control"] = "no-store"
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
