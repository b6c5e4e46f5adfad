"""Who may see what: each view is marked, an unmarked one is refused."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy import select

from promosms.extensions import db, login
from promosms.models import Account, Role, Session, User
from promosms.services import sessions

View = TypeVar("View", bound=Callable[..., Any])
Owned = TypeVar("Owned")


class Access(StrEnum):
    """Public: anybody. Signed in: any user. Member and owner: of an account. Admin: operator's."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    MEMBER = "member"
    OWNER = "owner"
    ADMIN = "admin"


ROLES = {
    Access.SIGNED_IN: set(Role),
    Access.MEMBER: {Role.OWNER, Role.MEMBER},
    Access.OWNER: {Role.OWNER},
    Access.ADMIN: {Role.ADMIN},
}


class SignedIn(UserMixin):
    """What Flask-Login knows of a signed-in browser: its session, and by it the user."""

    def __init__(self, session: Session, token: str) -> None:
        self.session = session
        self.user = session.user
        self.token = token

    def get_id(self) -> str:
        """The token of the session, not the user, so that signing out really ends it."""
        return self.token


def allow(access: Access) -> Callable[[View], View]:
    """Mark a view with who may use it."""

    def mark(view: View) -> View:
        view.__dict__["access"] = access
        return view

    return mark


def access_of(endpoint: str) -> Access | None:
    """Who may use the endpoint; None if nobody has said."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access.PUBLIC
    view = current_app.view_functions.get(endpoint)
    found: Access | None = getattr(view, "access", None)
    return found


def init_app(app: Flask) -> None:
    """Load the session of each request and check the mark of its view."""
    login.session_protection = None
    login.user_loader(_load)
    app.before_request(_check)
    app.jinja_env.globals.update(Role=Role)


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
    found = db.session.scalar(
        select(model).filter_by(account_id=my_account().id, public_id=public_id)
    )
    if found is None:
        abort(404)
    return found


def forget_user() -> None:
    """Show the rest of this request as to a visitor: the database may be what has failed."""
    db.session.rollback()
    g.without_user = True
    g.pop("_login_user", None)  # where Flask-Login keeps the user of a request


def _load(token: str) -> SignedIn | None:
    if g.get("without_user"):
        return None
    # A page that refreshes itself does not mean that somebody is there.
    session = sessions.find(token, touch="X-Partial" not in request.headers)
    return SignedIn(session, token) if session else None


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = access_of(request.endpoint)
    if access is Access.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _sign_in_first()
    user = me()
    if user.must_choose_password and request.endpoint not in (
        "auth.choose_password",
        "auth.sign_out",
    ):
        return redirect(url_for("auth.choose_password"))
    if access is None or user.role not in ROLES[access]:
        abort(404 if user.role != Role.ADMIN and access is Access.ADMIN else 403)
    return None


def _sign_in_first() -> ResponseReturnValue:
    if request.method == "POST":
        # Not a redirect: what was typed would be lost with it.
        abort(401)
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
