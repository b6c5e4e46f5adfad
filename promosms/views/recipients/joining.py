"""The public pages of a sign-up form: the form, the code of the text, and the end."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.extensions import csrf, db
from promosms.forms.joining import JoinCodeForm, JoinForm
from promosms.language import current_language
from promosms.language import gettext as _
from promosms.models import Account, SignUp, SignUpForm
from promosms.services.abuse import refusals, sms_pumping
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.installation import defaults
from promosms.services.sign_ups import asking, confirming, forms
from promosms.services.sign_ups.asking import (
    Asked,
    CodeRefused,
    Refusal,
    SignUpRefused,
    Visitor,
)
from promosms.services.sign_ups.confirming import Confirmed
from promosms.services.sign_ups.forms import Shown
from promosms.sms.phone import mask
from promosms.views.abuse import proof_of_work
from promosms.views.gateways import simulated_phone
from promosms.web.access import Access, allow
from promosms.web.limits import limit

bp = Blueprint("joining", __name__, url_prefix="/join")
bp.context_processor(simulated_phone.in_templates)
POST = ["POST"]
PER_BROWSER = "20/minute;120/hour"
ON_THE_PAGE = (Refusal.TRIAL, Refusal.NO_PRICE)
"""What another number may change: it is said beside the field."""


@bp.after_request
def _keep_from_search(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.route("/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # the form checks its token itself, and so keeps the input when the token is too old
@limit(PER_BROWSER, methods=POST)
def index(token: str) -> ResponseReturnValue:
    """Ask for the number; whether it is known makes no difference."""
    sign_up_form = _form_of(token)
    if refusal := asking.why_not(sign_up_form):
        return _not_now(sign_up_form, refusal)
    shown, account = forms.shown(sign_up_form, current_language()), _account(sign_up_form)
    form = JoinForm(wording=shown.wording.public_id)
    form.offer(shown, account.region, ask_name=sign_up_form.ask_name)
    if not form.validate_on_submit():
        proof_of_work.note_problems(form)
    elif not form.read_again(shown):
        try:
            return _asked(_ask(sign_up_form, form, shown))
        except SignUpRefused as error:
            if error.code not in ON_THE_PAGE:
                return _not_now(sign_up_form, error.code)
            form.phone.errors = [_("Numbers like this cannot sign up here. Try another one.")]
        except CodeRefused as error:
            return _form_page(sign_up_form, form, shown, _sentence(error.problem))
    return _form_page(sign_up_form, form, shown)


@bp.route("/code/<public_id>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # as for the number
@limit(PER_BROWSER, methods=POST)
def code(public_id: str) -> ResponseReturnValue:
    """Type in the code; who is done, or presses twice, comes to the end."""
    sign_up, sign_up_form = _sign_up(public_id)
    form = JoinCodeForm()
    if request.method == "GET" and sign_up.confirmed_at is not None:
        return redirect(url_for("joining.done", token=sign_up_form.token), 303)
    if form.validate_on_submit():
        outcome = confirming.confirm(sign_up_form, sign_up, form.code.data or "")
        if outcome is Confirmed.DONE:
            return redirect(url_for("joining.done", token=sign_up_form.token), 303)
        if outcome is Confirmed.WRONG:
            form.code.errors = [_("This is not the code from the text.")]
        db.session.refresh(sign_up)
    page = render_template(
        "joining/code.html",
        form=form,
        number=mask(sign_up.phone or ""),
        sign_up=sign_up,
        can_try=sign_up.phone is not None and confirming.can_try(sign_up),
        address=url_for("joining.index", token=sign_up_form.token),
        **_shop(sign_up_form),
    )
    return page, 422 if form.errors else 200


@bp.route("/code/<public_id>/again", methods=["POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER)
def again(public_id: str) -> ResponseReturnValue:
    """Text a new code to the same number."""
    sign_up, sign_up_form = _sign_up(public_id)
    if sign_up.phone is None or sign_up.wording_id is None:
        return redirect(url_for("joining.done", token=sign_up_form.token), 303)
    words = sign_up.language, sign_up.wording_id
    visitor = Visitor(sign_up.phone, sign_up.first_name, *words, *proof_of_work.submitted())
    try:
        asked = asking.ask(sign_up_form, visitor)
    except SignUpRefused as error:
        return _not_now(sign_up_form, error.code)
    except CodeRefused as error:
        flash(_sentence(error.problem), "warn")
        return redirect(url_for("joining.code", public_id=public_id), 303)
    if asked.gateway_id is None:
        flash(_sentence(PumpingProblem.TOO_SOON), "warn")
    else:
        flash(_("A new code is on its way. The one before does not count any more."), "info")
    return _asked(asked)


@bp.route("/<token>/done")
@allow(Access.PUBLIC)
def done(token: str) -> ResponseReturnValue:
    """The end: who texts, and how to stop it."""
    sender = defaults.default_route().sender.removeprefix("+")
    answerable = sender.isascii() and sender.isdecimal()
    page = _shop(_form_of(token))
    return render_template("joining/done.html", answerable=answerable, **page)


def _form_of(token: str) -> SignUpForm:
    sign_up_form = forms.of_token(token)
    if sign_up_form is None:
        abort(404)
    return sign_up_form


def _sign_up(public_id: str) -> tuple[SignUp, SignUpForm]:
    sign_up = asking.find(public_id)
    if sign_up is None:
        abort(404)
    return sign_up, db.session.get_one(SignUpForm, sign_up.form_id)


def _account(sign_up_form: SignUpForm) -> Account:
    return db.session.get_one(Account, sign_up_form.account_id)


def _shop(sign_up_form: SignUpForm) -> dict[str, object]:
    """What every page says of the shop, and its words."""
    shown = forms.shown(sign_up_form, current_language())
    name = asking.name_of(_account(sign_up_form), sign_up_form, shown.language)
    return {"shop": name, "shown": shown}


def _ask(sign_up_form: SignUpForm, form: JoinForm, shown: Shown) -> Asked:
    """Raises SignUpRefused and CodeRefused."""
    if problem := _program(form):
        refusals.note(problem)
        raise CodeRefused(problem)
    name = (form.first_name.data or "") if sign_up_form.ask_name else ""
    words = shown.language, shown.wording.id
    return asking.ask(sign_up_form, Visitor(form.number, name, *words, *proof_of_work.submitted()))


def _program(form: JoinForm) -> PumpingProblem | None:
    """Has a program filled it in?"""
    if form.website.data:
        return PumpingProblem.PROGRAM
    if sms_pumping.too_fast(form.opened.data or ""):
        form.opened.data = form.opened.data or sms_pumping.stamp()
        return PumpingProblem.HASTE
    return None


def _asked(asked: Asked) -> ResponseReturnValue:
    if asked.gateway_id is not None:
        queue.wake(queue.gateway_queue(asked.gateway_id), "send.run", asked.gateway_id)
    return redirect(url_for("joining.code", public_id=asked.public_id), 303)


def _form_page(
    sign_up_form: SignUpForm, form: JoinForm, shown: Shown, refusal: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "joining/index.html",
        form=form,
        refusal=refusal,
        token=sign_up_form.token,
        **_shop(sign_up_form),
    )
    return page, 422 if form.errors or refusal else 200


def _not_now(sign_up_form: SignUpForm, refusal: Refusal) -> ResponseReturnValue:
    """Why is between the owner and their account: a visitor reads what to do."""
    page = _shop(sign_up_form)
    return render_template("joining/not_now.html", refusal=refusal, **page), (
        200 if request.method == "GET" else 422
    )


def _sentence(problem: PumpingProblem) -> str:
    """What somebody who signs up reads when no code goes out; all limits have the same one."""
    sentences: dict[PumpingProblem, str] = {
        PumpingProblem.PROOF: _("This page was open too long. Press the button once more."),
        PumpingProblem.HASTE: _("Please look at the form again, then press the button once more."),
        PumpingProblem.COUNTRY: _("Numbers of this country cannot sign up here."),
        PumpingProblem.TOO_SOON: _(
            "A code is on its way to this number. Please wait a minute or two before you ask for "
            "another one."
        ),
        PumpingProblem.NUMBER: _(
            "This number has had three codes within a day. Please use the last one, or try again "
            "tomorrow."
        ),
    }
    other: str = _("Very many codes were asked for just now. Please try again in an hour.")
    return sentences.get(problem, other)
