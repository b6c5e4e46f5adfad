"""Settings of the user and the account."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms.forms.settings import LanguageForm, PlaceForm, ZoneForm
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.models import Role
from promosms.services.accounts import preferences
from promosms.services.api import keys
from promosms.services.auth import sessions
from promosms.services.auth.rights import Right
from promosms.services.automations import automations
from promosms.services.colleagues import colleagues
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.reply_emails import preferences as reply_preferences
from promosms.sms.phone import mask
from promosms.web.access import Access, allow, fresh, has, me, my_account

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.route("")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show all settings."""
    return page()


@bp.route("/language", methods=["POST"])
@allow(Access.SIGNED_IN)
def language() -> ResponseReturnValue:
    """Choose the language of the pages."""
    form = LanguageForm()
    if not form.validate():
        return page(language=form), 422
    preferences.choose_language(me().id, form.language.data)
    flash(_("The language is saved."), "good")
    return redirect(url_for("settings.index"), code=303)


@bp.route("/place", methods=["POST"])
@allow(Right.ACCOUNT)
def place() -> ResponseReturnValue:
    """Choose country, time zone and name of the business."""
    form = PlaceForm(_countries())
    if not form.validate():
        return page(place=form), 422
    preferences.choose_place(
        *(my_account().id, form.region.data, form.timezone.data, form.shop_name.data or ""),
        moves=(automations.move, reply_preferences.move),
    )
    flash(_("Your business is saved."), "good")
    return redirect(url_for("settings.index"), code=303)


@bp.route("/sessions/<public_id>/end", methods=["POST"])
@allow(Access.SIGNED_IN)
@fresh
def end_session(public_id: str) -> ResponseReturnValue:
    """Sign another browser out."""
    sessions.close_one(me(), public_id)
    flash(_("That browser is signed out."), "good")
    return redirect(url_for("settings.index"), code=303)


@bp.route("/sessions/end-others", methods=["POST"])
@allow(Access.SIGNED_IN)
@fresh
def end_others() -> ResponseReturnValue:
    """Sign every other browser out."""
    ended = sessions.close_others(me(), current_user.token)
    text = ngettext("%(num)s other browser is signed out.", "%(num)s others are signed out.", ended)
    flash(text, "good")
    return redirect(url_for("settings.index"), code=303)


def _countries() -> set[str]:
    with_price = prices.price_list(defaults.default_route().id).countries()
    return {*with_price, my_account().region}


def _place_form() -> PlaceForm | None:
    if not has(Right.ACCOUNT):
        return None
    account = my_account()
    data = {
        "shop_name": account.shop_name,
        "region": account.region,
        "timezone": account.timezone,
    }
    return PlaceForm(_countries(), formdata=None, data=data)


def _zone_form() -> ZoneForm | None:
    if me().role != Role.ADMIN:
        return None
    return ZoneForm(formdata=None, data={"timezone": me().timezone})


def page(
    language: LanguageForm | None = None,
    place: PlaceForm | None = None,
    zone: ZoneForm | None = None,
) -> str:
    """The page; a form that was refused stands in the place of a new one."""
    return render_template(
        "settings/index.html",
        user=me(),
        phone=mask(me().phone) if me().phone else "",
        language_form=language or LanguageForm(formdata=None, data={"language": me().language}),
        place_form=place or _place_form(),
        zone_form=zone or _zone_form(),
        working_keys=keys.number_working(my_account().id) if has(Right.CONNECT) else 0,
        colleagues=colleagues.number(me().account_id or 0),
        sessions=sessions.of_user(me()),
        this_session=current_user.session.public_id,
    )
