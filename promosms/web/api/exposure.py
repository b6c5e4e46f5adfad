"""Keys that others may have read: over an unencrypted connection, or in an address.

Pages are redirected to HTTPS. A program would follow, and send its key over http again each time,
for everybody on the way to read. Addresses stand in the logs of proxies and in histories.
"""

from flask import Flask, Response, request

from promosms.logs import security
from promosms.services.api import keys, tokens
from promosms.web.api import problems, rest32
from promosms.web.api.problems import Problem
from promosms.web.api.rest32 import answers


def init_app(app: Flask) -> None:
    """Before anything redirects to HTTPS."""
    app.before_request(_refuse)


def _refuse() -> Response | None:
    if problems.wanted():
        answer = problems.answer
    elif rest32.wanted():
        answer = answers.of_problem
    else:
        return None
    in_address = tokens.found_in(f"{request.path}?{request.query_string.decode('latin-1')}")
    if in_address:
        keys.revoke_exposed(in_address)
    if not request.is_secure:
        sent = tokens.found_in(request.headers.get("Authorization", ""))
        if sent:
            keys.note_unencrypted(sent)
        return answer(Problem("https-only"))
    if in_address:
        security.because("key_in_address")
        return answer(Problem("key-in-address"))
    return None
