"""Challenges for the browser, and what its forms bring back: `services/abuse/sms_pumping.py`."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from promosms.extensions import limiter
from promosms.forms.auth import RegisterForm
from promosms.language import gettext as _
from promosms.services.abuse import proof_of_work, refusals, sms_pumping
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.web.access import Access, allow

bp = Blueprint("proof", __name__)

PER_BROWSER = "20/minute;200/hour"


@bp.route("/proof")
@allow(Access.PUBLIC)
@limiter.limit(PER_BROWSER)
def challenge() -> ResponseReturnValue:
    """A sum for the form that is named in the address, as JSON."""
    name = request.args.get("form", ProofForm.REGISTER)
    if name not in set(ProofForm):
        abort(404)
    return proof_of_work.challenge(ProofForm(name)), {"Cache-Control": "no-store"}


def brought() -> tuple[str, str]:
    """From which address this form comes, and its solution; "" without script."""
    return request.remote_addr or "", request.form.get("proof", "")


def why_no_letter(form: RegisterForm) -> PumpingProblem | None:
    """Why no letter goes out to somebody who has filled in the form of the registration."""
    if sms_pumping.too_fast(form.opened.data or ""):
        form.opened.data = form.opened.data or sms_pumping.stamp()
        refusals.note(PumpingProblem.HASTE)
        return PumpingProblem.HASTE
    return sms_pumping.why_no_letter(form.number, *brought())


def note_faults(form: RegisterForm) -> None:
    """Count the forms that were not ours, and the numbers that nobody may register."""
    if form.csrf_token.errors:
        refusals.note(PumpingProblem.FORM)
    if form.phone.data and form.phone.errors:
        refusals.note(PumpingProblem.COUNTRY)


def words(problem: PumpingProblem) -> str:
    """What the reader of a page with a link is told. All that is counted sounds the same."""
    told: dict[PumpingProblem, str] = {
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
    }
    other: str = _(
        "We send no texts for the moment, because very many were asked for. Please try again in "
        "an hour. If that does not help, write to the operator."
    )
    return told.get(problem, other)


def letter_words(problem: PumpingProblem) -> str:
    """What somebody who wants to register is told, whether there is an account or not."""
    if problem in (PumpingProblem.PROOF, PumpingProblem.HASTE):
        return str(_("Please look at the form again, then press the button once more."))
    return str(_("Very many people register at the moment. Please try again in an hour."))
