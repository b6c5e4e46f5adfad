"""The cookies of this software: one list for the code that sets them and for the cookie page."""

from dataclasses import dataclass

from flask import Request, Response

from promosms.language import gettext, ngettext
from promosms.language import lazy_gettext as _
from promosms.models import Session
from promosms.settings import Settings, optional_cookies
from promosms.settings.optional_cookies import Category

DAY = 24 * 60 * 60
YEAR = 365 * DAY
HALF_YEAR = 183 * DAY
MONTHS_FROM = 60 * DAY


@dataclass(frozen=True)
class Cookie:
    """A cookie; `max_age` in seconds, None for one that the browser forgets when it closes."""

    name: str
    purpose: object
    max_age: int | None = None
    kind: str = "necessary"
    trying_out: bool = False  # exists only as long as the simulator is the only gateway
    chosen_age: int | None = None  # in seconds, for somebody who asks that it stays longer

    @property
    def lifetime(self) -> str:
        """How long it stays, in words."""
        if self.max_age is None and self.chosen_age is not None:
            days = self.chosen_age // DAY
            return str(
                ngettext(
                    "until you close the browser, or %(n)s day if you choose to stay signed in",
                    "until you close the browser, or %(n)s days if you choose to stay signed in",
                    days,
                    n=days,
                )
            )
        if self.max_age is None:
            return str(gettext("until you close the browser"))
        days = self.max_age // DAY
        if self.max_age < MONTHS_FROM:
            return str(ngettext("%(n)s day", "%(n)s days", days, n=days))
        months = round(days * 12 / 365)
        return str(ngettext("%(n)s month", "%(n)s months", months, n=months))


SESSION = Cookie(
    "__Host-session",
    _(
        "Keeps you signed in, keeps the e-mail address that you typed from one step of signing in "
        "to the next, and proves that a form was sent from our own page."
    ),
    chosen_age=Session.STAY_DAYS * DAY,
)
LANGUAGE = Cookie(
    "__Host-language",
    _("Remembers the language that you chose on a page while you were not signed in."),
    YEAR,
)
NOTICE = Cookie(
    "__Host-notice",
    _(
        "Remembers that you closed the notice about cookies, or what you answered to it, so that "
        "it does not come again."
    ),
    HALF_YEAR,
)
PHONE = Cookie(
    "__Host-phone",
    _(
        "Opens the simulated phone for the person who started this installation to try it out. "
        "Nobody else gets it."
    ),
    trying_out=True,
)
REGISTRY = (SESSION, LANGUAGE, NOTICE, PHONE)


def listed(*, trying_out: bool) -> list[Cookie]:
    """The cookies that this installation may set."""
    return [cookie for cookie in REGISTRY if trying_out or not cookie.trying_out]


def put(response: Response, cookie: Cookie, value: str) -> None:
    """Set a cookie of the registry: for encrypted connections only, hidden from scripts."""
    response.set_cookie(
        cookie.name,
        value,
        max_age=cookie.max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def forget(response: Response, name: str) -> None:
    """Delete a cookie of an optional category."""
    response.delete_cookie(name, path="/", secure=True, samesite="Lax")


def optional(category: Category, language: str) -> list[Cookie]:
    """The cookies of an optional category, for the page that lists all cookies."""
    purpose = category.purpose.get(language, category.name)
    return [
        Cookie(name, purpose, days * DAY, category.title.get(language, category.name))
        for name, days in category.cookies.items()
    ]


@dataclass(frozen=True)
class Choice:
    """The choice of a browser: the version of the policy, a random id, the categories.

    After a refusal there is no id, so nothing identifies the browser.
    """

    version: str
    public_id: str
    accepted: frozenset[str]
    rejected: frozenset[str]

    def serialised(self) -> str:
        """The value of the cookie."""
        marks = [f"+{name}" for name in sorted(self.accepted)]
        marks += [f"-{name}" for name in sorted(self.rejected)]
        return "|".join([self.version, self.public_id if self.accepted else "", *marks])


def choice(request: Request) -> Choice | None:
    """The choice in the cookie; None without one."""
    version, *rest = request.cookies.get(NOTICE.name, "").split("|")
    if len(rest) < 2:
        return None
    public_id, *marks = rest
    return Choice(
        version,
        public_id,
        frozenset(mark[1:] for mark in marks if mark.startswith("+")),
        frozenset(mark[1:] for mark in marks if mark.startswith("-")),
    )


def refuses_everywhere(request: Request) -> bool:
    """Does the browser send Global Privacy Control?"""
    return request.headers.get("Sec-GPC", "").strip() == "1"


def accepted(settings: Settings, request: Request) -> list[Category]:
    """The optional categories that this browser accepts."""
    chosen = choice(request)
    if chosen is None or refuses_everywhere(request):
        return []
    return [
        category
        for category in optional_cookies.categories(settings)
        if category.name in chosen.accepted
    ]


def notice_open(settings: Settings, request: Request, version: str) -> bool:
    """Does the notice contain something that this browser has not answered yet?"""
    offered = {category.name for category in optional_cookies.categories(settings)}
    if not offered:
        return NOTICE.name not in request.cookies
    if refuses_everywhere(request):
        return False
    chosen = choice(request)
    if chosen is None or chosen.version != version:
        return True
    return not offered <= chosen.accepted | chosen.rejected
