"""The list of automations, and the form that makes or changes one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.automations import AutomationForm
from promosms.forms.campaigns.composer import EVERYONE
from promosms.language import current_language
from promosms.language import gettext as _
from promosms.models import Automation, Trigger
from promosms.services.auth.rights import Right
from promosms.services.automations import automations
from promosms.services.automations.automations import TooMany
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import ChangedElsewhere
from promosms.services.recipients import fields
from promosms.services.senders import chosen
from promosms.views.automations.blueprint import bp
from promosms.web.access import allow, my_account, owned


@bp.route("/automations")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """All automations, the newest first."""
    return render_template("automations/index.html", rows=automations.all_of(my_account().id))


@bp.route("/automations/new", methods=["GET", "POST"])
@allow(Right.WRITE)
def new() -> ResponseReturnValue:
    """Choose what makes the texts go, then write a new automation with this trigger."""
    trigger = request.form.get("trigger") or request.args.get("trigger", "")
    if trigger not in set(Trigger):
        return render_template("automations/choose.html", triggers=list(Trigger))
    form = AutomationForm()
    form.prepare_trigger(my_account(), Trigger(trigger), None)
    if not form.is_submitted():
        form.language.data = drafts.last_language(my_account()) or current_language()
        form.show_sender(drafts.last_sender(my_account()))
        form.audience.data = [EVERYONE]
    elif all([form.validate(), form.demand_audience()]):
        try:
            automation = automations.create(
                my_account(), form.when(), form.draft(), form.key.data or ""
            )
        except TooMany:
            form.name.errors = [
                _("You have as many automations as there can be. Delete one first.")
            ]
        else:
            return _to_review(automation)
    return _page(form, None)


@bp.route("/automations/<public_id>/edit", methods=["GET", "POST"])
@allow(Right.WRITE)
def edit(public_id: str) -> ResponseReturnValue:
    """Change an automation: it is off until it has been reviewed again."""
    automation = owned(Automation, public_id)
    prototype = automations.prototype_of(automation)
    form = AutomationForm()
    form.prepare_trigger(my_account(), Trigger(automation.trigger), drafts.read(prototype))
    if not form.is_submitted():
        form.show_automation(automation, prototype)
    elif all([form.validate(), form.demand_audience()]):
        try:
            automations.change(automation, form.when(), form.draft(), form.stamp.data or "")
        except ChangedElsewhere:
            form.stamp.data = drafts.stamp(prototype)
            flash(
                _(
                    "This was changed in another window after you opened it. Nothing was saved. "
                    "Save again to replace that by what you see here."
                ),
                "warn",
            )
        else:
            return _to_review(automation)
    return _page(form, automation)


def _to_review(automation: Automation) -> ResponseReturnValue:
    return redirect(url_for("automations.review", public_id=automation.public_id), 303)


def _page(form: AutomationForm, automation: Automation | None) -> str:
    draft = form.draft()
    return render_template(
        "automations/edit.html",
        form=form,
        automation=automation,
        placeholders=fields.placeholders(my_account()),
        on_top=chosen.find(my_account().id, draft.route, draft.sender),
    )
