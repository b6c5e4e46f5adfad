"""The request log: method, route, status, time and address of each request; never its path.

A path can hold a token, a query anything: neither is logged, only the pattern of the route.
Requests about signing in, and refused ones, are in the security log too.
"""

import time

from flask import Flask, Response, g, request, request_started

from promosms import logs
from promosms.logs import files as log_files
from promosms.logs import schema as log_schema

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
REASONS = {400: "form", 401: "signed_out", 403: "right", 429: "limit"}
REFUSED = frozenset(REASONS) - {400}


def init_app(app: Flask) -> None:
    """Log each request with its response."""
    request_started.connect(_start, app)
    app.after_request(_note)


def _start(_app: Flask, **_more: object) -> None:
    g.started_at = time.perf_counter()


def _note(response: Response) -> Response:
    if _is_nobodys_business(response):
        return response
    line: dict[str, object] = {
        "at": logs.moment(time.time()),
        "level": "info",
        "event": "request.answered",
        "method": request.method if request.method in METHODS else "OTHER",
        "route": request.url_rule.rule if request.url_rule else "-",
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("started_at", time.perf_counter())) * 1000, 1),
        "ip": request.remote_addr or log_schema.ODD,
    }
    log_files.write(log_files.REQUESTS, line)
    if event := _security(response.status_code):
        log_files.write(
            log_files.SECURITY, {**line, "event": event, **_about(response.status_code)}
        )
    return response


def _is_nobodys_business(response: Response) -> bool:
    """Files say nothing; and that somebody opens a link in a text is kept without their address."""
    fine_file = request.endpoint == "static" and response.status_code < 400
    return fine_file or request.blueprint == "links"


def _about(status: int) -> dict[str, object]:
    """Why the request was refused, and whose it was."""
    about: dict[str, object] = {}
    if reason := g.get("refused_because") or REASONS.get(status):
        about["code"] = reason
    if pseudonym := g.get("pseudonym"):
        about["account"] = pseudonym()
    return about


def _security(status: int) -> str:
    """The event for the security log; empty if the request does not belong there."""
    if status in REFUSED or (status == 400 and request.method == "POST"):
        return "security.refused"
    if request.method == "POST" and request.blueprint == "auth":
        return "security.done" if status in (302, 303) else "security.not_done"
    return ""
