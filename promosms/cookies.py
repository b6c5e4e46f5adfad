"""The cookies of this software: what sets them and what the cookie page says is one list."""

from dataclasses import dataclass

from flask import Response

from promosms.language import lazy_gettext as _

YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Cookie:
    """A cookie; `max_age` in seconds, None for one that the browser forgets when it closes."""

    name: str
    purpose: object
    lifetime: object
    max_age: int | None = None
    kind: str = "necessary"


SESSION = Cookie(
    "__Host-session",
    _("Keeps you signed in, and proves that a form was sent from our own page."),
    _("until you close the browser"),
)
LANGUAGE = Cookie(
    "__Host-language",
    _("Remembers the language that you chose on a page while you were not signed in."),
    _("12 months"),
    YEAR,
)
NOTICE = Cookie(
    "__Host-notice",
    _("Remembers that you closed the notice about cookies, so that it does not come again."),
    _("12 months"),
    YEAR,
)
REGISTRY = (SESSION, LANGUAGE, NOTICE)


def put(response: Response, cookie: Cookie, value: str) -> None:
    """Set a cookie of the registry: encrypted connections only, out of reach of scripts."""
    response.set_cookie(
        cookie.name,
        value,
        max_age=cookie.max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
