"""Requests to the API that came over an unencrypted connection: refused, with what was in them.

Pages are redirected to HTTPS. A program would follow and send its key over http again each time,
for everybody on the way to read.
"""

from flask import Flask, Response, request

from promosms.services.api import keys, tokens
from promosms.web.api import problems
from promosms.web.api.problems import Problem


def init_app(app: Flask) -> None:
    """Before anything redirects to HTTPS."""
    app.before_request(_refuse)


def _refuse() -> Response | None:
    if request.is_secure or not problems.wanted():
        return None
    sent = f"{request.headers.get('Authorization', '')} {request.query_string.decode('latin-1')}"
    if found := tokens.ANYWHERE.search(sent):
        keys.note_unencrypted(found[0])
    return problems.answer(Problem("https-only"))
