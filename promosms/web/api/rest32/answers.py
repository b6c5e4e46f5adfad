"""Answers of PromoSMS REST 3.2: JSON, or text for a program that asks for text alone.

The status number is in the answer, and the HTTP status says the same for programs that look at that
alone: 200; 400 for what is missing or wrong; 403 for what is not allowed; 401 for the log-in.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from promosms.services.api.rest32.statuses import NotDone, Status
from promosms.web.api import rate_limit
from promosms.web.api.problems import Problem

TEXT = "text/plain"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="PromoSMS", charset="UTF-8"'}
HTTP: Mapping[Status, int] = {
    Status.OK: 200,
    Status.NOT_LET_IN: 401,
    Status.FAILED: 500,
    Status.BUSY: 503,
    Status.TOO_OFTEN: 429,
}
"""The HTTP status of those that do not follow from their class."""
OF_PROBLEM: Mapping[str, Status] = {
    "unauthorized": Status.NOT_LET_IN,
    "address-not-allowed": Status.NOT_LET_IN,
    "https-only": Status.NOT_LET_IN,
    "key-in-address": Status.NOT_LET_IN,
    "missing-scope": Status.SCOPE,
    "missing-right": Status.SCOPE,
    "too-many-requests": Status.TOO_OFTEN,
    "invalid-idempotency-key": Status.ONCE,
    "idempotency-key-reused": Status.ONCE,
    "in-progress": Status.BUSY,
}
"""Problems of the other API that happen here, too."""
SAID: Mapping[str, str] = {
    "address-not-allowed": "This API key does not work from this address. Call from one of its "
    "networks.",
    "https-only": "Nothing was done: this came over an unencrypted connection. Use https://, and "
    "replace the API key.",
    "key-in-address": "Nothing was done: the API key stood in the address, so it was revoked. Make "
    "a new one.",
}
OF_HTTP: Mapping[int, Status] = {
    404: Status.ADDRESS,
    405: Status.ADDRESS,
    413: Status.TOO_MANY,
    503: Status.BUSY,
}


OF_EXPOSED: Mapping[str, int] = {"https-only": 403, "key-in-address": 400}
"""The HTTP status where a log-in is not asked for again."""


class NotLetIn(Exception):
    """There were too many wrong tries: nothing is let in for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def answer(members: Mapping[str, Any], lines: Sequence[str] = (), http: int = 200) -> Response:
    """An answer with these members; as text it is the status, and then these lines."""
    if _text_alone():
        body = "".join(f"{line}\n" for line in (int(members["status"]), *lines))
        response = Response(body, status=http, mimetype=TEXT)
    else:
        body = json.dumps({"response": members}, ensure_ascii=False)
        response = Response(body, status=http, mimetype="application/json")
    response.headers.update(rate_limit.headers())
    response.headers["Cache-Control"] = "no-store"
    return response


def refusal(
    error: NotDone, http: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a request that was not done."""
    members = {"status": int(error.status), "message": error.detail}
    response = answer(members, [error.detail], http or http_of(error.status))
    if response.status_code == 401:
        response.headers.update(CHALLENGE)
    response.headers.update(headers or {})
    return response


def http_of(status: Status) -> int:
    """The HTTP status by the class of a status."""
    return HTTP.get(status) or (400 if status < Status.SENDER else 403)


def of_problem(problem: Problem) -> Response:
    """A problem of the other API in the words of this one."""
    status = OF_PROBLEM.get(problem.code, Status.FAILED)
    headers = {} if status is Status.NOT_LET_IN else problem.headers
    http = OF_EXPOSED.get(problem.code)
    return refusal(NotDone(status, SAID.get(problem.code, "")), http, headers)


def of_lock_out(error: NotLetIn) -> Response:
    """The answer to every request, also one with the right key, until the pause is over."""
    detail = f"There were too many wrong tries. Nothing is let in for {error.seconds} seconds."
    headers = {"Retry-After": str(error.seconds)}
    return refusal(NotDone(Status.NOT_LET_IN, detail), 429, headers)


def of_http(error: HTTPException) -> Response:
    """An error of the framework, with its HTTP status."""
    code = error.code or 500
    status = OF_HTTP.get(code, Status.FAILED if code >= 500 else Status.UNREADABLE)
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return refusal(NotDone(status), code, headers)


def of_crash(http: int, incident: str) -> Response:
    """An error of ours; the operator finds it in the log by the number of the incident."""
    status = Status.BUSY if http == 503 else Status.FAILED
    detail = NotDone(status).detail
    return refusal(NotDone(status, f"{detail} Incident {incident}."), http)


def _text_alone() -> bool:
    """Programs read JSON whether they ask for it or not, so text is for who takes nothing else."""
    asked = [kind for kind, _quality in request.accept_mimetypes]
    return bool(asked) and all(kind.partition(";")[0].strip() == TEXT for kind in asked)
