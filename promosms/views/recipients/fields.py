"""The fields of recipients: names and types of the free ones, and the columns of the table."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.recipient_columns import ColumnsForm
from promosms.forms.recipients import FieldNamesForm
from promosms.language import gettext as _
from promosms.language import ngettext, number, pgettext
from promosms.models import FieldType
from promosms.services.auth.rights import Right
from promosms.services.bulk_actions import field_types
from promosms.services.bulk_actions import run as bulk_run
from promosms.services.bulk_actions.field_types import MOST_READ, Effect
from promosms.services.recipients import columns, fields
from promosms.views.recipients.bulk_actions import MOST_INLINE
from promosms.web.access import allow, me, my_account

bp = Blueprint("recipient_fields", __name__)


@bp.route("/recipients/field-names", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def own() -> ResponseReturnValue:
    """Change names and types of the five free fields; ask first if values do not fit a type."""
    account = my_account()
    types = {f"{name}_type": type_ for name, type_ in fields.types(account).items()}
    form = FieldNamesForm(data={**account.field_labels, **types})
    unfit: list[Effect] = []
    if form.validate_on_submit():
        chosen = form.types()
        asked = [f"{name}:{type_}" for name, type_ in chosen.items()]
        if request.form.getlist("seen") != asked:
            unfit = [one for one in field_types.effects(account, chosen) if one.unfit]
        if not unfit:
            return _save(form)
        return render_template(
            "recipients/own_fields.html",
            form=form,
            unfit=[(_title(one, form), one) for one in unfit],
            seen=asked,
        )
    return render_template("recipients/own_fields.html", form=form, unfit=[], seen=[])


@bp.route("/recipients/columns", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def table() -> ResponseReturnValue:
    """Choose the columns of the table of recipients."""
    form = ColumnsForm()
    form.offer(my_account())
    if form.validate_on_submit():
        columns.choose(my_account(), form.columns.data or ())
        flash(_("The table has these columns now."), "good")
        return redirect(url_for("recipients.index"), 303)
    return render_template("recipients/columns.html", form=form)


def _save(form: FieldNamesForm) -> ResponseReturnValue:
    """Values of a few recipients are read at once; many are left to the worker."""
    action = field_types.change(my_account(), form.labels(), form.types(), me())
    flash(_("Your own details were saved."), "good")
    if action is not None:
        action_id, public_id = action.id, action.public_id
        if action.total > MOST_INLINE or bulk_run.work(action_id):
            queue.wake("work", "bulk_actions.run", action_id)
            return redirect(url_for("bulk_actions.show", public_id=public_id), 303)
    return redirect(url_for("recipient_fields.own"), 303)


def _title(effect: Effect, form: FieldNamesForm) -> str:
    """How many values of a field do not fit."""
    name = form[effect.name].data or form[effect.name].label.text
    count = {"n": number(effect.unfit), "total": number(effect.read), "field": name}
    if effect.type == FieldType.NUMBER:
        said = ngettext(
            "%(field)s: %(n)s of %(total)s values is no number.",
            "%(field)s: %(n)s of %(total)s values are no numbers.",
            effect.unfit,
            **count,
        )
    else:
        said = ngettext(
            "%(field)s: %(n)s of %(total)s values is no date.",
            "%(field)s: %(n)s of %(total)s values are no dates.",
            effect.unfit,
            **count,
        )
    if effect.all_read:
        return str(said)
    newest = pgettext("values", "Only the newest %(n)s were looked at.", n=number(MOST_READ))
    return f"{said} {newest}"
