"""Challenges for browsers, solutions in forms, and messages of refusals."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from promosms.forms.auth import RegisterForm
from promosms.forms.joining import JoinForm
from promosms.language import gettext as _
from promosms.services.abuse import proof_of_work, refusals, sms_pumping
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.web.access import Access, allow
from promosms.web.limits import limit

bp = Blueprint("proof", __name__)

PER_BROWSER = "20/minute;200/hour"


@bp.route("/proof")
@allow(Access.PUBLIC)
@limit(PER_BROWSER)
def challenge() -> ResponseReturnValue:
    """A challenge for the form that the query names, as JSON."""
    name = request.args.get("form", ProofForm.REGISTER)
    if name not in set(ProofForm):
        abort(404)
    return proof_of_work.challenge(ProofForm(name)), {"Cache-Control": "no-store"}


def submitted() -> tuple[str, str]:
    """The address of the browser, and the solution in its form ("" without script)."""
    return request.remote_addr or "", request.form.get("proof", "")


def why_no_email(form: RegisterForm) -> PumpingProblem | None:
    """Why a registration gets no e-mail."""
    if sms_pumping.too_fast(form.opened.data or ""):
        form.opened.data = form.opened.data or sms_pumping.stamp()
        refusals.note(PumpingProblem.HASTE)
        return PumpingProblem.HASTE
    return sms_pumping.why_no_email(form.number, *submitted())


def note_problems(form: RegisterForm | JoinForm) -> None:
    """Count forms without a valid token, and numbers that may not register."""
    if form.csrf_token.errors:
        refusals.note(PumpingProblem.FORM)
    if form.phone.data and form.phone.errors:
        refusals.note(PumpingProblem.COUNTRY)


def text_refusal(problem: PumpingProblem) -> str:
    """The message when no text goes out; all limits have the same one."""
    messages: dict[PumpingProblem, str] = {
        PumpingProblem.PROOF: _("This page was open too long. Press the button once more."),
        PumpingProblem.COUNTRY: _(
            "We do not text to this number. Please use a mobile number of a country in which "
            "this service is offered."
        ),
        PumpingProblem.TOO_SOON: _(
            "A text to this number is on its way. Please wait a few minutes before you ask for "
            "another one."
        ),
        PumpingProblem.NUMBER: _(
            "This number has had three passwords within a day. Please use the last one, or press "
            "the button again tomorrow."
        ),
        PumpingProblem.NO_GATEWAY: _(
            "We cannot send texts to this number at the moment. Nothing is wrong with what you "
            "typed. Please write to the operator."
        ),
    }
    other: str = _(
        "We send no texts for the moment, because very many were asked for. Please try again in "
        "an hour. If that does not help, write to the operator."
    )
    return messages.get(problem, other)


def email_refusal(problem: PumpingProblem) -> str:
    """The message when a registration gets no e-mail; the same for known and unknown addresses."""
    if problem in (PumpingProblem.PROOF, PumpingProblem.HASTE):
        return str(_("Please look at the form again, then press the button once more."))
    return str(_("Very many people register at the moment. Please try again in an hour."))
