"""Access: each view is marked with its roles; a view without a mark is refused."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from promosms.db import row_security
from promosms.extensions import db, login
from promosms.language import gettext
from promosms.lib import pseudonyms
from promosms.logs import security
from promosms.models import Account, Role, Session, User
from promosms.services.auth import reauthentication, rights, sessions, totp
from promosms.services.auth.rights import Right
from promosms.services.colleagues import acts
from promosms.web.api import caller
from promosms.web.api.endpoint import declared
from promosms.web.api.rest32 import caller as rest32

View = TypeVar("View", bound=Callable[..., Any])
Owned = TypeVar("Owned")


class Access(StrEnum):
    """Public: anybody. Signed in: any user. Of account: not an admin. Admin: operator's.

    Key: a program with an API key, and no user. Login: one with an e-mail and a key (REST 3.2).
    What depends on the role in an account is marked with a Right in the place of an Access.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    OF_ACCOUNT = "of_account"
    ADMIN = "admin"
    KEY = "key"
    LOGIN = "login"


Mark = Access | Right

ROLES = {
    Access.SIGNED_IN: set(Role),
    Access.OF_ACCOUNT: set(Role) - {Role.ADMIN},
    Access.ADMIN: {Role.ADMIN},
}


# Endpoints that are open before two-factor sign-in is set up.
BEFORE_TWO_FACTOR = (
    "auth.sign_out",
    "auth.choose_password",
    "reauthentication.index",
    "two_factor.switch_on",
)


class SignedIn(UserMixin):
    """The user object of Flask-Login: the session of a browser, and its user."""

    def __init__(self, session: Session, token: str) -> None:
        self.session = session
        self.user = session.user
        self.token = token

    def get_id(self) -> str:
        """The token of the session, not the id of the user: signing out really ends it."""
        return self.token


def allow(access: Mark, post: Right | None = None) -> Callable[[View], View]:
    """Mark a view with who may use it; with `post`, who may send its form is another question."""

    def mark(view: View) -> View:
        view.__dict__["access"] = access
        view.__dict__["post_access"] = post or access
        return view

    return mark


def fresh(view: View) -> View:
    """Mark a view as dangerous: it needs a reauthentication of the last five minutes.

    A form that was sent is not repeated: the page asks to press the button again.
    """
    view.__dict__["fresh"] = True
    return view


def fresh_post(view: View) -> View:
    """Mark a page that is harmless to read: only what it sends is dangerous, as in `fresh`."""
    view.__dict__["fresh_post"] = True
    return view


def no_act(view: View) -> View:
    """Mark what is no act of its own: it counts, tries out or saves by itself.

    Of programs also texts and recipients, of which there are many: what became of them is stored.
    """
    view.__dict__["no_act"] = True
    return view


def is_act(endpoint: str) -> bool:
    """Is it noted, with the name of the person or key, when this form has changed something?"""
    view = current_app.view_functions[endpoint]
    mark = view.__dict__.get("post_access")
    return (isinstance(mark, Right) or mark is Access.KEY) and not view.__dict__.get("no_act")


def access_of(endpoint: str, method: str = "GET") -> Mark | None:
    """The mark of an endpoint; None if it has none."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access.PUBLIC
    view = current_app.view_functions.get(endpoint)
    name = "post_access" if method == "POST" else "access"
    access: Mark | None = getattr(view, name, None)
    return access


def roles_of(mark: Mark) -> set[Role]:
    """The roles that a mark lets in; empty for those that are not about users."""
    return rights.roles_with(mark) if isinstance(mark, Right) else ROLES.get(mark, set())


def may_open(endpoint: str, method: str = "GET") -> bool:
    """May the user of this request open the page, or send its form? For links and buttons."""
    mark = access_of(endpoint, method)
    if mark is None:
        raise LookupError(endpoint)
    if mark is Access.PUBLIC or not current_user.is_authenticated:
        return mark is Access.PUBLIC
    return me().role in roles_of(mark)


def leads(url: str, method: str = "GET") -> bool:
    """As `may_open`, by an address of this site. Pages offer others than colleagues only theirs."""
    if not current_user.is_authenticated or me().role in (Role.OWNER, Role.ADMIN):
        return True
    try:
        endpoint, _arguments = _addresses().match(urlsplit(url).path, method)
    except (HTTPException, RequestRedirect):
        return True
    return may_open(endpoint, method)


def has(right: Right) -> bool:
    """Does the user of this request have the right?"""
    return current_user.is_authenticated and rights.may(me().role, right)


def init_app(app: Flask) -> None:
    """Load the session of each request and check the mark of its view."""
    login.session_protection = None
    login.user_loader(_load)
    app.before_request(_check)
    app.jinja_env.globals.update(Role=Role, Right=Right, has=has, leads=leads, may_open=may_open)


def me() -> User:
    """The signed-in user."""
    user: User = current_user.user
    return user


def my_account() -> Account:
    """The account of the signed-in user."""
    account = me().account
    if account is None:
        abort(404)
    return account


def owned(model: type[Owned], public_id: str) -> Owned:
    """The object of the signed-in user's account with this public id, else 404."""
    row = db.session.scalar(
        select(model).filter_by(account_id=my_account().id, public_id=public_id)
    )
    if row is None:
        security.note("unknown_id", pseudonyms.of(my_account().id))
        abort(404)
    return row


def safe_path(target: str) -> str:
    """The path if it stays on this site, else nothing.

    Browsers treat a backslash as a slash and drop control characters, so both are refused.
    """
    local = target.startswith("/") and not target.startswith("//")
    clean = "\\" not in target and target.isprintable()
    return target if local and clean else ""


def forget_user() -> None:
    """Handle the rest of this request as a visitor's: the database may have failed."""
    db.session.rollback()
    g.without_user = True
    g.pop("_login_user", None)  # Flask-Login's user of this request


def _load(token: str) -> SignedIn | None:
    if g.get("without_user"):
        return None
    # A page that refreshes itself does not show that the user is there.
    session = sessions.find(token, touch="X-Partial" not in request.headers)
    return SignedIn(session, token) if session else None


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = access_of(request.endpoint, request.method)
    if access is Access.PUBLIC:
        return None
    if access is Access.KEY:
        caller.authenticate(declared(request.endpoint).scope)
        if request.method == "POST" and is_act(request.endpoint):
            key = caller.key()
            acts.begin(key.account_id, key.public_id, request.endpoint, _subject())
        return None
    if access is Access.LOGIN:
        rest32.authenticate(request.endpoint)
        return None
    if not current_user.is_authenticated:
        return _sign_in_first()
    user = me()
    if user.account_id is not None:
        g.pseudonym = partial(pseudonyms.of, user.account_id)
        row_security.restrict_to(user.account_id)
    if user.must_choose_password and request.endpoint not in (
        "auth.choose_password",
        "auth.sign_out",
        "delete_account.delete",
    ):
        return redirect(url_for("auth.choose_password"))
    if access is None or user.role not in roles_of(access):
        abort(404 if user.role != Role.ADMIN and access is Access.ADMIN else 403)
    answer = _two_factor_first(user) or _reauthenticate_first(request.endpoint)
    if answer is None and request.method == "POST" and is_act(request.endpoint):
        acts.begin(user.account_id or 0, user.public_id, request.endpoint, _subject())
    return answer


def _subject() -> str:
    """The public id in the address of a form."""
    return str(next(iter((request.view_args or {}).values()), ""))


def _addresses() -> MapAdapter:
    if "addresses" not in g:
        g.addresses = current_app.create_url_adapter(request)
    adapter: MapAdapter = g.addresses
    return adapter


def _sign_in_first() -> ResponseReturnValue:
    if request.method == "POST":
        # Not a redirect: it would lose the input.
        abort(401)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def _two_factor_first(user: User) -> ResponseReturnValue | None:
    if totp.is_on(user) or request.endpoint in BEFORE_TWO_FACTOR or not totp.required(user):
        return None
    return redirect(url_for("two_factor.switch_on"))


def _reauthenticate_first(endpoint: str) -> ResponseReturnValue | None:
    view = current_app.view_functions[endpoint]
    marked = view.__dict__.get("fresh") or (
        view.__dict__.get("fresh_post") and request.method == "POST"
    )
    if not marked or not reauthentication.required(current_user.session):
        return None
    if request.method != "POST":
        return redirect(url_for("reauthentication.index", next=request.full_path.rstrip("?")))
    # The input is not stored, so it has to be sent again from its page.
    flash(gettext("Nothing was done yet. Confirm that it is you, then do it once more."), "warn")
    return redirect(url_for("reauthentication.index", next=_page_of_the_form()), 303)


def _page_of_the_form() -> str:
    """The page of this site from which a form was sent; the settings if it is unknown."""
    referrer = urlsplit(request.referrer or "")
    ours = referrer.netloc == urlsplit(request.host_url).netloc
    path = safe_path(referrer.path) if ours else ""
    return path if path and path != url_for("reauthentication.index") else url_for("settings.index")
