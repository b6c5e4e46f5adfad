"""The e-mail address that somebody typed on one page of signing in, kept for the next.

It stays in the cookie of the session, in this browser only, until somebody signs in or out.
"""

from flask import session

KEY = "email"


def keep(address: str | None) -> None:
    """Keep the address for the next page."""
    session[KEY] = address or ""


def kept() -> dict[str, str]:
    """What the fields of the next form begin with."""
    return {"email": str(session.get(KEY, ""))}
