"""Keys that others may have read: over an unencrypted connection, or in an address.

Pages are redirected to HTTPS. A program would follow, and send its key over http again each time,
for everybody on the way to read. Addresses stand in the logs of proxies and in histories.
"""

from flask import Flask, Response, request

from promosms.logs import security
from promosms.services.api import keys, tokens
from promosms.web.api import problems
from promosms.web.api.problems import Problem


def init_app(app: Flask) -> None:
    """Before anything redirects to HTTPS."""
    app.before_request(_refuse)


def _refuse() -> Response | None:
    if not problems.wanted():
        return None
    in_address = tokens.ANYWHERE.search(f"{request.path}?{request.query_string.decode('latin-1')}")
    if in_address:
        keys.revoke_exposed(in_address[0])
    if not request.is_secure:
        sent = tokens.ANYWHERE.search(request.headers.get("Authorization", ""))
        if sent:
            keys.note_unencrypted(sent[0])
        return problems.answer(Problem("https-only"))
    if in_address:
        security.because("key_in_address")
        return problems.answer(Problem("key-in-address"))
    return None
