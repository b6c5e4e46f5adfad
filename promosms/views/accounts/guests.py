"""Guests: the numbers that an account on trial may text."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.guests import GuestForm
from promosms.forms.imports import row_problem
from promosms.language import gettext as _
from promosms.language import moment
from promosms.models import Guest
from promosms.services.accounts import guests, trial
from promosms.settings import settings
from promosms.sms.phone import InvalidPhone
from promosms.web.access import Access, allow, my_account, owned

bp = Blueprint("guests", __name__, url_prefix="/settings/guests")


@bp.route("", methods=["GET", "POST"])
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """Show the list and the form to add a guest."""
    form = GuestForm()
    if form.validate_on_submit() and _add(form):
        return redirect(url_for("guests.index"), code=303)
    return _page(form), 422 if form.errors else 200


@bp.route("/<public_id>/remove", methods=["POST"])
@allow(Access.MEMBER)
def remove(public_id: str) -> ResponseReturnValue:
    """Take a number off the list."""
    guests.remove(owned(Guest, public_id))
    flash(_("The guest is off the list. The place is free again in 24 hours."), "good")
    return redirect(url_for("guests.index"), code=303)


def _add(form: GuestForm) -> bool:
    try:
        guests.add(my_account(), form.phone.data or "")
    except InvalidPhone as error:
        form.phone.errors = [row_problem(error.code)]
    except guests.OwnNumber:
        form.phone.errors = [_("This is your own number: you can text it anyway.")]
    except guests.Full as error:
        form.phone.errors = [_full(error)]
    else:
        flash(_("The guest is on the list."), "good")
        return True
    return False


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
