"""Guests: the numbers that an account on trial may text."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.guests import GuestCodeForm, GuestForm
from promosms.forms.imports import row_problem
from promosms.language import gettext as _
from promosms.language import moment
from promosms.models import Guest
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.accounts import guests, trial
from promosms.services.auth.rights import Right
from promosms.settings import settings
from promosms.sms.phone import InvalidPhone
from promosms.views.abuse import proof_of_work
from promosms.views.gateways import simulated_phone as phone_page
from promosms.web.access import allow, my_account, no_act, owned
from promosms.web.limits import limit

bp = Blueprint("guests", __name__, url_prefix="/settings/guests")
bp.context_processor(phone_page.in_templates)
PER_BROWSER = "10/minute;60/hour"
POST = ["POST"]


@bp.route("", methods=["GET", "POST"])
@allow(Right.SEND)
@limit(PER_BROWSER, methods=POST)
def index() -> ResponseReturnValue:
    """Show the list and the form to ask a guest, or to ask one again."""
    form = GuestForm()
    if form.validate_on_submit() and (guest := _add(form)):
        if guest.confirmed_at is not None:
            flash(_("The guest is on the list."), "good")
            return redirect(url_for("guests.index"), code=303)
        gateway_id = guests.gateway_of(guest)
        if gateway_id is not None:
            queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
        return redirect(url_for("guests.code", public_id=guest.public_id), code=303)
    return _page(form), 422 if form.errors else 200


@bp.route("/<public_id>/code", methods=["GET", "POST"])
@allow(Right.SEND)
@no_act
@limit(PER_BROWSER, methods=POST)
def code(public_id: str) -> ResponseReturnValue:
    """Type in the code that the guest got and told: only then they get texts."""
    guest = owned(Guest, public_id)
    form = GuestCodeForm()
    if guest.removed_at is not None:
        flash(_("This guest is off the list. To ask once more, type in the number again."), "info")
        return redirect(url_for("guests.index"), code=303)
    if form.validate_on_submit():
        if guests.confirm(guest, form.code.data or ""):
            flash(_("Confirmed: from now on this guest can get your texts."), "good")
            return redirect(url_for("guests.index"), code=303)
        form.code.errors = [_("This is not the code from the text.")]
    if guest.confirmed_at is not None:
        return redirect(url_for("guests.index"), code=303)
    page = render_template(
        "settings/guest_code.html", form=form, guest=guest, can_try=guests.can_try(guest)
    )
    return page, 422 if form.errors else 200


@bp.route("/<public_id>/remove", methods=["POST"])
@allow(Right.SEND)
def remove(public_id: str) -> ResponseReturnValue:
    """Take a number off the list."""
    guests.remove(owned(Guest, public_id))
    flash(_("The guest is off the list. The place is free again in 24 hours."), "good")
    return redirect(url_for("guests.index"), code=303)


def _add(form: GuestForm) -> Guest | None:
    try:
        return guests.add(my_account(), form.phone.data or "", *proof_of_work.submitted())
    except InvalidPhone as error:
        form.phone.errors = [row_problem(error.code)]
    except guests.OwnNumber:
        form.phone.errors = [_("This is your own number: you can text it anyway.")]
    except guests.Suspended:
        form.phone.errors = [
            _("Your account cannot send at the moment. Please write to the operator.")
        ]
    except guests.Unwilling:
        form.phone.errors = [_("This person does not want to be asked. Please respect that.")]
    except guests.Full as error:
        form.phone.errors = [_full(error)]
    except guests.CodeRefused as error:
        form.phone.errors = [_refused(error.problem)]
    return None


def _refused(problem: PumpingProblem) -> str:
    if problem == PumpingProblem.NUMBER:
        return str(_("This number has had too many texts from us. Please try again tomorrow."))
    return proof_of_work.text_refusal(problem)


def _full(error: guests.Full) -> str:
    if error.free_at is None:
        return str(_("Every place is taken. Remove a guest first; the place is free a day later."))
    return str(
        _("Every place is taken. The next one is free on %(day)s.", day=moment(error.free_at))
    )


def _page(form: GuestForm) -> str:
    account = my_account()
    rows = guests.of(account.id)
    return render_template(
        "settings/guests.html",
        form=form,
        guests=rows,
        reached=guests.recipients(rows),
        most=settings.trial_guests,
        free=guests.free(account.id),
        taken=guests.TAKEN,
        approved=account.approved_at is not None,
        on_trial=trial.on_trial(account),
        used=trial.used(account.id),
        texts=settings.trial_texts_per_day,
    )
