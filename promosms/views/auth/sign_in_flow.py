"""The flow of a sign-in: after the password the two-factor challenge, then a session."""

from flask import abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from promosms import queue
from promosms.language import moment
from promosms.models import Role, User, now
from promosms.services.auth import sessions, sign_in, totp, two_factor
from promosms.views.auth import browsers
from promosms.web.access import SignedIn, me

CHALLENGE = "two_factor_challenge"  # key in the cookie; the token alone gives no access
STAY = "stay"  # key in the cookie until the code is there: the user asked to stay signed in


def home() -> str:
    """The first page of a signed-in user."""
    return url_for("admin.overview" if me().role == Role.ADMIN else "dashboard.index")


def enter(
    user: User, target: str = "", *, by_text: bool = False, stay: bool = False
) -> ResponseReturnValue:
    """The password was right: go on to the two-factor challenge, or open a session."""
    if totp.is_on(user):
        session.clear()
        session[CHALLENGE] = two_factor.begin(user, by_text=by_text)
        session[STAY] = stay
        return redirect(url_for("two_factor_challenge.index", next=target or None), 303)
    return open_session(user, target, stay=stay)


def open_session(user: User, target: str = "", *, stay: bool = False) -> ResponseReturnValue:
    """Open a session. `target` is a path of this site, or empty."""
    token = sessions.open_session(user, browsers.label(request.user_agent.string), stay=stay)
    opened = sessions.find(token)
    if opened is None:
        abort(401)
    session.clear()
    _remember(SignedIn(opened, token))
    stays = opened.stays_until is not None
    sign_in.entered(user, browsers.client(), moment(now()), stays=stays)
    queue.wake("mail", "mail.run")
    if user.must_choose_password:
        return redirect(url_for("auth.choose_password"), 303)
    return redirect(target or home(), 303)


def renew(token: str = "") -> None:
    """Give this session a new token, unless it has got one already, and set the cookie."""
    row = current_user.session
    _remember(SignedIn(row, token or sessions.renew(row)))


def _remember(signed_in: SignedIn) -> None:
    login_user(signed_in)
    session.permanent = signed_in.session.stays_until is not None
    session.pop("_id", None)  # Flask-Login's hash of address and browser, which we do not use
