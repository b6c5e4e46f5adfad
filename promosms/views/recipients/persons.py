"""Erasing a person everywhere: a recipient, or a number that is none."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.imports import row_problem
from promosms.forms.privacy import NumberForm
from promosms.language import gettext as _
from promosms.models import Recipient
from promosms.services.auth.rights import Right
from promosms.services.privacy import erase_recipient, persons
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone
from promosms.views.recipients.tables import pretty
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("persons", __name__)


@bp.route("/recipients/<public_id>/erase", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def recipient(public_id: str) -> ResponseReturnValue:
    """Erase a recipient, after showing what is found."""
    number = owned(Recipient, public_id).phone
    if request.method == "GET":
        return _confirmation(number, url_for("persons.recipient", public_id=public_id))
    if _erase(number):
        return redirect(url_for("recipients.index"), 303)
    return redirect(url_for("persons.recipient", public_id=public_id), 303)


@bp.route("/recipients/erase", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def number() -> ResponseReturnValue:
    """Ask for a number, show what is found, erase it. The number is never part of an address."""
    form = NumberForm()
    if form.validate_on_submit():
        try:
            e164 = phone.any_number(form.phone.data or "", my_account().region)
        except InvalidPhone as error:
            form.phone.errors = [row_problem(error.code)]
        else:
            if "confirmed" not in request.form:
                return _confirmation(e164, url_for("persons.number"))
            _erase(e164)
            return redirect(url_for("persons.number"), 303)
    return render_template("recipients/erase_number.html", form=form)


def _confirmation(e164: str, action: str) -> str:
    found = persons.count(persons.find(my_account().id, e164))
    return render_template("recipients/erase.html", number=e164, found=found, action=action)


def _erase(e164: str) -> bool:
    """Erase the number and say what became of it; False if it has to wait."""
    try:
        if erase_recipient.erase_number(my_account(), e164, me().public_id):
            queue.wake("work", "erasure.tidy")
            flash(_("The person is erased everywhere."), "good")
        else:
            flash(_("Nothing is stored about %(number)s.", number=pretty(e164)), "info")
    except erase_recipient.StillActive:
        flash(
            _(
                "A text to this person is just leaving, or an import is about to bring the "
                "number again. Please try again when that has ended."
            ),
            "warn",
        )
        return False
    return True
