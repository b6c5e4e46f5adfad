"""Problems: how the API says that something was not done (RFC 9457).

`type` leads to the line about it in the documentation, `code` is its last word and never changes:
programs compare that. `detail` says what to do. `errors` point at members of the body (RFC 6901) or
name parameters. Nothing of what was sent is repeated.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from promosms.lib.json_patterns import SENTENCES
from promosms.urls import public_address
from promosms.web.api import PREFIX

DOCUMENTED = "/api/errors"
MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50
"""So many errors of one request are named."""


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem: its HTTP status, its title, and what to do about it."""

    status: int
    title: str
    advice: str


class Problem(Exception):
    """A request that was not done; `code` is a key of `TYPES`, `more` are members of its own."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail or TYPES[code].advice
        self.errors, self.headers, self.more = errors, headers or {}, more or {}


TYPES: dict[str, ProblemType] = {
    "malformed-json": ProblemType(
        400, "The body is no JSON", "Send one JSON object, encoded as UTF-8."
    ),
    "invalid-request": ProblemType(
        422,
        "The request has mistakes",
        "Correct the members that `errors` names, and send it again.",
    ),
    "invalid-idempotency-key": ProblemType(
        400,
        "The idempotency key is not valid",
        "Use 1 to 255 visible ASCII characters, for example a UUID.",
    ),
    "key-in-address": ProblemType(
        400,
        "The key stood in the address",
        "Addresses are kept in logs, so this key was revoked. Make a new one, and send it in the "
        "header Authorization.",
    ),
    "unauthorized": ProblemType(
        401,
        "The key is missing or does not work",
        "Send the header Authorization: Bearer, and a key from Settings, API keys.",
    ),
    "https-only": ProblemType(
        403,
        "This came over an unencrypted connection",
        "Use an address that begins with https://. Others could read what you sent: if there was a "
        "key in it, replace it.",
    ),
    "address-not-allowed": ProblemType(
        403,
        "The key may not be used from this address",
        "Call from one of the networks of the key, or make a key without this limit.",
    ),
    "missing-scope": ProblemType(
        403, "The key may not do this", "Make a key that has the scope named in `scope`."
    ),
    "missing-right": ProblemType(
        403,
        "The person who made the key may not do this",
        "A key does no more than its maker may, and their role in the account has changed. Ask an "
        "owner of the account to make a new key.",
    ),
    "account-suspended": ProblemType(
        403, "The account is suspended", "Its owner finds the reason under Settings."
    ),
    "trial-guests-only": ProblemType(
        403,
        "The account is on trial",
        "It can text its guests and its own numbers only. A first top-up ends the trial. A sandbox "
        "key can text every number, and nobody gets it.",
    ),
    "trial-day-is-full": ProblemType(
        403,
        "The texts of a day on trial are used up",
        "Wait until tomorrow, or end the trial by a first top-up.",
    ),
    "opted-out": ProblemType(
        403,
        "This person wants no texts",
        "Do not try again. They can change their mind by texting START.",
    ),
    "not-found": ProblemType(404, "There is no such thing", "Check the address and the id in it."),
    "method-not-allowed": ProblemType(
        405, "This address does not know this method", "The header Allow names those it knows."
    ),
    "too-late": ProblemType(
        409, "It is too late", "The text has left or has ended. Read it to see what became of it."
    ),
    "part-of-a-batch": ProblemType(
        409, "The text is one of a batch", "Cancel the campaign that the batch has become."
    ),
    "in-progress": ProblemType(
        409,
        "A request with this idempotency key is being done",
        "Wait a second, and send the same request again to get its answer.",
    ),
    "done-and-deleted": ProblemType(
        409,
        "This was done, and what came of it was deleted since",
        "Nothing was done again. Use a new idempotency key for a new request.",
    ),
    "too-large": ProblemType(
        413, "The body is too large", "Send at most 5 MB: split it into several requests."
    ),
    "unsupported-media-type": ProblemType(
        415, "The body is not marked as JSON", "Send the header Content-Type: application/json."
    ),
    "idempotency-key-reused": ProblemType(
        422,
        "This idempotency key was used for another request",
        "Use a new key for each new request, and the same one only to repeat it.",
    ),
    "invalid-number": ProblemType(
        422,
        "This number cannot get texts",
        "Write a mobile number with a plus sign and its country code, such as +48600100200.",
    ),
    "empty-text": ProblemType(422, "The text is empty", "Write at least one visible character."),
    "text-too-long": ProblemType(
        422, "The text is too long", "Shorten it to the number of parts in `most`."
    ),
    "sounds-promotional": ProblemType(
        422,
        "The text sounds like a promotion",
        "Promotions need consent and a way out: send them as a campaign. If this text is about "
        "something the person has asked for or bought, send confirm_service: true.",
    ),
    "unknown-route": ProblemType(
        422, "There is no such route", "Leave it out, or use one of those in `routes`."
    ),
    "unknown-sender": ProblemType(
        422,
        "This is no sender of the account",
        "Leave it out, or use one of those in `names`, letter by letter. New names are asked for "
        "under Settings, Sender names.",
    ),
    "sender-not-possible": ProblemType(
        422,
        "This sender is not possible here",
        "Leave it out: the route or the country does not carry it.",
    ),
    "country-not-served": ProblemType(
        422, "Nothing is sent to this country", "The prices show which countries can be reached."
    ),
    "time-in-the-past": ProblemType(
        422, "This time is over", "Send a time to come with its offset, or leave it out for now."
    ),
    "time-too-far": ProblemType(
        422, "This time is too far away", "Plan at most as many days ahead as `days` says."
    ),
    "no-such-time": ProblemType(
        422,
        "This time does not exist",
        "There is no such day, or the clocks are put forward over this time: then `before` and "
        "`after` are the times beside it.",
    ),
    "unclear-plan": ProblemType(
        422, "The plan is not clear", "Correct the members that `errors` names."
    ),
    "over-max-price": ProblemType(
        422,
        "The text costs more than max_price",
        "`price` is what it costs. Shorten it, or allow more.",
    ),
    "insufficient-balance": ProblemType(
        402, "The balance is too small", "Top up by at least the amount in `missing`."
    ),
    "monthly-limit": ProblemType(
        402,
        "The monthly limit of the account would be passed",
        "Its owner can raise it under Billing, Limits.",
    ),
    "campaign-limit": ProblemType(
        402,
        "The limit of the account for one campaign would be passed",
        "Its owner can raise it under Billing, Limits. Or send smaller batches.",
    ),
    "number-twice": ProblemType(
        422, "A number stands in the batch twice", "Name each person once, or send two batches."
    ),
    "unknown-audience": ProblemType(
        422,
        "The account has no such list or segment",
        "`unknown` names them. Take the ids of /lists and /segments.",
    ),
    "unknown-recipient": ProblemType(
        422,
        "The account has no such recipient",
        "Add them by /recipients first, or take the id or the number that is listed there.",
    ),
    "too-many-people": ProblemType(
        422,
        "These are too many people for one request",
        "Name at most as many as `most` says, and send the others with another request.",
    ),
    "unknown-placeholder": ProblemType(
        422,
        "Nobody can fill in a placeholder",
        "`names` has those that are no field of a recipient. Write another one, or plain words.",
    ),
    "name-taken": ProblemType(
        409, "The account has one of this name", "Choose another name, or use the one it has."
    ),
    "too-many-stored": ProblemType(
        409,
        "The account has as many of them as it can have",
        "`most` says how many. Delete one that is not needed any more.",
    ),
    "invalid-webhook-address": ProblemType(
        422,
        "Webhooks cannot be sent to this address",
        "Give one that begins with https://, without a user name, of a server that the Internet "
        "reaches.",
    ),
    "webhook-exists": ProblemType(
        409, "There is a webhook with this address", "Delete it first, or use it: see /webhooks."
    ),
    "list-in-use": ProblemType(
        409,
        "The list is used",
        "`campaign` is addressed to it and has not ended, or `segment` asks for it: choose another "
        "list there, or wait until the campaign has ended.",
    ),
    "unfit-value": ProblemType(
        422, "A value does not fit its field", "Correct the members that `errors` names."
    ),
    "not-now": ProblemType(
        409, "The campaign cannot do this now", "`reason` and the detail say why."
    ),
    "not-in-sandbox": ProblemType(
        403,
        "There are no recipients and no campaigns in the sandbox",
        "Use a real key, and launch nothing: recipients, a draft and its estimate cost nothing.",
    ),
    "value-missing": ProblemType(
        422,
        "A placeholder has no value",
        "Give each person a value for it, or a default in the text: {first_name|there}.",
    ),
    "too-many-requests": ProblemType(
        429, "Too many requests", "Wait as many seconds as the header Retry-After says."
    ),
    "internal": ProblemType(
        500,
        "Something went wrong on our side",
        "Send the request again with the same idempotency key: nothing is done twice.",
    ),
    "unavailable": ProblemType(
        503,
        "The service is busy",
        "Send the request again in a moment, with the same idempotency key.",
    ),
}
"""Every problem, by its code."""
OF_HTTP = {
    400: "malformed-json",
    401: "unauthorized",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}
_SENTENCES = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field. Check its spelling.",
    "string_type": "This must be a string.",
    "int_type": "This must be an integer, without quotes.",
    "bool_type": "This must be true or false, without quotes.",
    "timezone_aware": "Add the offset to this time, such as Z or +02:00.",
}


def wanted() -> bool:
    """Is this request one to the API, which gets problems instead of pages?"""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def answer(problem: Problem) -> Response:
    """The response that says it."""
    kind = TYPES[problem.code]
    members: dict[str, Any] = {
        "type": public_address(f"{DOCUMENTED}#{problem.code}"),
        "title": kind.title,
        "status": kind.status,
        "code": problem.code,
        "detail": problem.detail,
        **problem.more,
    }
    if problem.errors:
        members["errors"] = list(problem.errors)
    body = json.dumps(members, ensure_ascii=False)
    response = Response(body, status=kind.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def of_http(error: HTTPException) -> Response:
    """The problem for an error of the framework."""
    code = OF_HTTP.get(error.code or 500, "internal")
    headers = {}
    if allowed := getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(allowed))
    return answer(Problem(code, headers=headers))


def invalid(error: ValidationError, *, parameters: bool = False) -> Problem:
    """What a model of pydantic does not accept: of the body, or of the parameters."""
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem("malformed-json", f"{TYPES['malformed-json'].advice} {_where(found[0])}")
    errors = [
        {_name(parameters): _place(each["loc"], parameters), "detail": _sentence(each)}
        for each in found[:MOST_ERRORS]
    ]
    return Problem("invalid-request", errors=errors)


def pointer(*path: str | int) -> str:
    """A JSON pointer as a fragment (RFC 6901, section 6), with its signs escaped."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def at(name: str, detail: str) -> list[dict[str, str]]:
    """An error about one member of the body."""
    return [{"pointer": pointer(name), "detail": detail}]


def _name(parameters: bool) -> str:
    return "parameter" if parameters else "pointer"


def _place(path: Iterable[str | int], parameters: bool) -> str:
    return ".".join(map(str, path)) if parameters else pointer(*path)


def _sentence(error: Mapping[str, Any]) -> str:
    pattern = error.get("ctx", {}).get("pattern", "")
    known = _SENTENCES.get(error["type"]) or SENTENCES.get(pattern)
    return known or f"{error['msg'].removeprefix('Value error, ')}."


def _where(error: Mapping[str, Any]) -> str:
    return f"{error['msg'].removeprefix('Invalid JSON: ').capitalize()}."
