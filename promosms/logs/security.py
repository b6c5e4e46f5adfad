"""The security log: who tried to sign in, to prove who they are, or to change how they sign in.

A line has the pseudonym of the account and the address of the visitor, never a name, an e-mail
address, a number or a token. It is kept as long as the other logs.
"""

import time

from flask import g, has_request_context, request

from promosms import logs
from promosms.logs import files as log_files
from promosms.logs import schema as log_schema


def note(event: str, account: str = "", code: str = "") -> None:
    """Add a line; `account` is a pseudonym, `code` says more, such as "totp"."""
    line: dict[str, object] = {"at": logs.moment(time.time()), "level": "info"}
    line["event"] = f"security.{event}"
    if has_request_context():
        line["endpoint"] = request.endpoint or "-"
        line["ip"] = request.remote_addr or log_schema.ODD
    line |= {name: value for name, value in (("account", account), ("code", code)) if value}
    log_files.write(log_files.SECURITY, line)


def because(reason: str) -> None:
    """Say why this request is about to be refused, such as "token"."""
    g.refused_because = reason
