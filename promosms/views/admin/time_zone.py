"""The time zone in which an admin sees all times; that of others is their account's."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.settings import ZoneForm
from promosms.language import gettext as _
from promosms.services.accounts import preferences
from promosms.views.accounts import settings
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/time-zone", methods=["POST"])
@allow(Access.ADMIN)
def time_zone() -> ResponseReturnValue:
    """Choose the own time zone, on the page of the settings."""
    form = ZoneForm()
    if not form.validate():
        return settings.page(zone=form), 422
    preferences.choose_zone(me().id, form.timezone.data)
    flash(_("The time zone is saved."), "good")
    return redirect(url_for("settings.index"), code=303)
