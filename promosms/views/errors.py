"""Error pages: what happened, and what to do now. They show no internal details.

An error of the application gets a number, which is on the page and in the log. A user can send it
to the operator: the log then shows the error, without any personal data in either place.
"""

import secrets

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from promosms import logs
from promosms.language import gettext as _
from promosms.logs import security
from promosms.services.abuse import refusals
from promosms.services.abuse.refusals import PumpingProblem
from promosms.services.api.rest32.statuses import NotDone
from promosms.services.auth.hashing_slots import Busy
from promosms.web import access
from promosms.web.api import problems, rest32
from promosms.web.api.problems import Problem
from promosms.web.api.rest32 import answers
from promosms.web.api.rest32.answers import NotLetIn

log = logs.get(__name__)
DRAIN = 512 * 1024 * 1024
COUNTED = {"auth.confirm", "auth.reset"}  # their forms lead to texts that the installation pays for


def init_app(app: Flask) -> None:
    """Register the error pages, and the problems of the API."""
    app.register_error_handler(Problem, problem)
    app.register_error_handler(NotDone, answers.refusal)
    app.register_error_handler(NotLetIn, answers.of_lock_out)
    app.register_error_handler(CSRFError, expired_form)
    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(SecurityError, foreign_host)
    app.register_error_handler(HTTPException, page)
    app.register_error_handler(OperationalError, storage)
    app.register_error_handler(Busy, busy)
    app.register_error_handler(Exception, crash)


def problem(error: Problem) -> ResponseReturnValue:
    """A problem of the API, in the words that the program understands."""
    return answers.of_problem(error) if rest32.wanted() else problems.answer(error)


def page(error: HTTPException) -> ResponseReturnValue:
    """The page for an HTTP error."""
    code = error.code or 500
    if code < 400:
        return error
    if answer := _to_program(error):
        return answer
    title, advice = _title_and_advice(code)
    return render_template("error.html", title=title, advice=advice, kept=kept_text(code)), code


def foreign_host(error: SecurityError) -> ResponseReturnValue:
    """A foreign host name: no page, because its links would lead to that host."""
    return "This address does not belong to this installation.", 400


def expired_form(error: CSRFError) -> ResponseReturnValue:
    """An expired CSRF token: nothing was done, and the typed text is kept."""
    security.because("token")
    if request.endpoint in COUNTED:
        refusals.note(PumpingProblem.FORM)
    title = _("This page was open too long")
    advice = _("Nothing was done. Open the page again, and repeat the last step.")
    rule = request.url_rule
    again = request.path if rule and "GET" in (rule.methods or ()) else ""
    page = render_template(
        "error.html", title=title, advice=advice, kept=kept_text(401), again=again
    )
    return page, 400


def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Read the rest of the upload first, or the browser shows a broken connection."""
    _drain()
    if answer := _to_program(error):
        return answer
    size = (request.max_content_length or 0) // (1024 * 1024)
    title = _("This file is too large")
    advice = _(
        "Files may have up to %(size)s MB. Split the list into several files, or keep only the "
        "columns that you need.",
        size=size,
    )
    return render_template("error.html", title=title, advice=advice, kept=""), 413


def storage(error: OperationalError) -> ResponseReturnValue:
    """The database cannot be reached, or its disk is full."""
    return _log_and_render("page.storage", error, 503)


def busy(_error: Busy) -> ResponseReturnValue:
    """Very many people are signing in: nothing was checked and nothing stored."""
    log.warning("page.busy", extra={"endpoint": request.endpoint, "code": "sign_ins"})
    title, advice = _title_and_advice(503)
    page = render_template("error.html", title=title, advice=advice, kept=kept_text(503))
    return page, 503, {"Retry-After": "5"}


def crash(error: Exception) -> ResponseReturnValue:
    """An error of the application."""
    return _log_and_render("page.crash", error, 500)


def _log_and_render(event: str, error: Exception, code: int) -> ResponseReturnValue:
    access.forget_user()
    incident = secrets.token_hex(4)
    extra = {"endpoint": request.endpoint, "incident": incident}
    log.error(event, exc_info=error, extra=extra)
    if rest32.wanted():
        return answers.of_crash(code, incident)
    if problems.wanted():
        return problems.answer(
            Problem(problems.OF_HTTP.get(code, "internal"), more={"incident": incident})
        )
    title, advice = _title_and_advice(code)
    kept = kept_text(code)
    page = render_template("error.html", title=title, advice=advice, kept=kept, incident=incident)
    return page, code


def _to_program(error: HTTPException) -> ResponseReturnValue | None:
    """The answer to a program of an API; None for a person, who gets a page."""
    if rest32.wanted():
        return answers.of_http(error)
    return problems.of_http(error) if problems.wanted() else None


def kept_text(code: int) -> str:
    """The text that the user typed, to show it again."""
    if request.method != "POST" or code in (403, 404, 405, 413):
        return ""
    return request.form.get("text", "")[:5000]


def _title_and_advice(code: int) -> tuple[str, str]:
    texts = {
        400: (
            _("This request was not understood"),
            _("Go back, check what you entered, and try again."),
        ),
        401: (
            _("You were signed out"),
            _("Nothing was done. Sign in, open the page again, and repeat the last step."),
        ),
        403: (
            _("This page is not for your account"),
            _("Ask an owner of the account for it, or for another role."),
        ),
        404: (
            _("There is nothing here"),
            _("The address may be mistyped, or the thing was deleted."),
        ),
        405: (_("This does not work this way"), _("Go back and use the button on the page.")),
        429: (_("Too many tries"), _("Please wait a few minutes, then try again.")),
        503: (
            _("The service is busy"),
            _("Nothing was lost. Please try again in a minute."),
        ),
    }
    return texts.get(
        code,
        (
            _("Something went wrong on our side"),
            _("Nothing was sent because of this. Please try again in a minute."),
        ),
    )


def _drain() -> None:
    left = min(request.content_length or 0, DRAIN)
    stream = request.environ.get("wsgi.input")
    try:
        while stream is not None and left > 0:
            chunk = stream.read(min(left, 1024 * 1024))
            if not chunk:
                return
            left -= len(chunk)
    except OSError:
        return
