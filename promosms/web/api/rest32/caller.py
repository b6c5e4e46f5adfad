"""Who calls by PromoSMS REST 3.2: HTTP Basic with somebody's e-mail and an API key."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

from promosms.logs import security
from promosms.logs.networks import line_of
from promosms.models import Scope
from promosms.services.api.rest32 import logins
from promosms.services.api.rest32.logins import LockedOut, WrongLogin
from promosms.web.api import caller, rate_limit
from promosms.web.api.problems import Problem
from promosms.web.api.rest32.answers import NotLetIn

View = TypeVar("View", bound=Callable[..., Any])


def needs(scope: Scope) -> Callable[[View], View]:
    """Mark a view with the scope that a key needs for it."""

    def mark(view: View) -> View:
        view.__dict__["scope"] = scope
        return view

    return mark


def authenticate(endpoint: str) -> None:
    """Find the key of this request, and let it act for its account; raises Problem, NotLetIn."""
    scope: Scope = current_app.view_functions[endpoint].__dict__["scope"]
    given = request.authorization
    if given is None or given.type != "basic" or given.username is None:
        raise _unauthorized("no_login")
    address = request.remote_addr or ""
    try:
        known = logins.find(given.username, given.password or "", line_of(address), address)
    except LockedOut as error:
        security.note("api_key", code="locked_out")
        raise NotLetIn(error.seconds) from error
    except WrongLogin as error:
        security.note("api_key", code="login")
        raise _unauthorized("login") from error
    caller.act_for(known, scope)


def _unauthorized(why: str) -> Problem:
    rate_limit.count_guess()
    security.because(why)
    return Problem("unauthorized")
