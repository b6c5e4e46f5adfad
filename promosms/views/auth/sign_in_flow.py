"""Letting a browser in, once everything that is asked for was right."""

from flask import abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from promosms import queue
from promosms.language import moment
from promosms.models import Role, User, now
from promosms.services.auth import sessions, sign_in, totp, two_factor
from promosms.views.auth import browsers
from promosms.web.access import SignedIn, me

STEP = "second_step"  # in the cookie: the token of a step that opens nothing by itself


def home() -> str:
    """Where a signed-in user begins."""
    return url_for("admin.accounts" if me().role == Role.ADMIN else "dashboard.index")


def enter(user: User, target: str = "", *, by_text: bool = False) -> ResponseReturnValue:
    """The password was right: go on to the second step, or let the browser in."""
    if totp.is_on(user):
        session.clear()
        session[STEP] = two_factor.begin(user, by_text=by_text)
        return redirect(url_for("second_step.index", next=target or None), 303)
    return let_in(user, target)


def let_in(user: User, target: str = "") -> ResponseReturnValue:
    """Open a session. `target` is a path of this site, or empty."""
    token = sessions.open_session(user, browsers.label(request.user_agent.string))
    opened = sessions.find(token)
    if opened is None:
        abort(401)
    session.clear()
    _remember(SignedIn(opened, token))
    sign_in.entered(user, browsers.where(), moment(now()))
    queue.wake("mail", "mail.run")
    if user.must_choose_password:
        return redirect(url_for("auth.choose_password"), 303)
    return redirect(target or home(), 303)


def renew(token: str = "") -> None:
    """This session has got a new token, or gets one now: the browser is told."""
    found = current_user.session
    _remember(SignedIn(found, token or sessions.renew(found)))


def _remember(signed_in: SignedIn) -> None:
    login_user(signed_in)
    session.pop("_id", None)  # a hash of address and browser, of which we make no use
