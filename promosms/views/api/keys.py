"""The pages of API keys: an owner sees them, makes, replaces and revokes one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.api_keys import ApiKeyForm
from promosms.language import gettext as _
from promosms.models import ApiKey
from promosms.services.api import keys
from promosms.services.auth import people
from promosms.services.auth.rights import Right
from promosms.views.api import key_words
from promosms.web.access import allow, fresh, me, my_account, owned
from promosms.web.limits import limit

bp = Blueprint("api_keys", __name__, url_prefix="/settings/api")
"""A new key is shown in the answer to its form, not on a page: nobody can open it again."""


@bp.route("")
@allow(Right.CONNECT)
def index() -> ResponseReturnValue:
    """All keys: those that work, and below them those that do not any more."""
    rows = keys.of_account(my_account().id)
    return render_template(
        "api_keys/index.html",
        working=[key for key in rows if keys.works(key)],
        ended=[key for key in rows if not keys.works(key)],
        replaced=keys.replaced(rows),
        words=key_words,
        makers=people.emails_of(my_account().id, {key.created_by for key in rows}),
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(Right.CONNECT)
@fresh
@limit("20/minute;100/day", methods=["POST"])
def new() -> ResponseReturnValue:
    """The form of a new key, and the answer that shows it."""
    form = ApiKeyForm()
    if form.validate_on_submit() and (made := _made(form)):
        return _shown_once(*made)
    return render_template("api_keys/new.html", form=form), 422 if form.errors else 200


@bp.route("/<public_id>/replace", methods=["POST"])
@allow(Right.CONNECT)
@fresh
def replace(public_id: str) -> ResponseReturnValue:
    """Make a key with the same rights, and show it; the old one works for a day."""
    old = owned(ApiKey, public_id)
    try:
        made, token = keys.replace(old, me().public_id)
    except keys.AlreadyReplaced:
        flash(_("It was replaced before. If you have not noted the new key, replace that."), "info")
    except LookupError:
        flash(_("This key does not work any more. Make a new one."), "info")
    else:
        return _shown_once(made, token, old)
    return redirect(url_for("api_keys.index"), 303)


@bp.route("/<public_id>/revoke", methods=["GET", "POST"])
@allow(Right.CONNECT)
@fresh
def revoke(public_id: str) -> ResponseReturnValue:
    """Say what is lost, then let the key work no more."""
    key = owned(ApiKey, public_id)
    if request.method == "POST":
        keys.revoke(key, me().public_id)
        flash(_("The key “%(name)s” does not work any more.", name=key.name), "good")
        return redirect(url_for("api_keys.index"), 303)
    return render_template("api_keys/revoke.html", key=key)


def _made(form: ApiKeyForm) -> tuple[ApiKey, str] | None:
    """The new key and its token; None with an error on the form."""
    try:
        return keys.make(my_account().id, form.wish(), me().public_id)
    except keys.NameTaken:
        form.name.errors = [
            _("There is a key with this name. If you have not noted it, replace it in the list.")
        ]
    except keys.TooMany:
        form.name.errors = [
            _("You have %(most)s keys that work. Revoke one that you do not need.", most=keys.MOST)
        ]
    return None


def _shown_once(key: ApiKey, token: str, old: ApiKey | None = None) -> ResponseReturnValue:
    return render_template(
        "api_keys/made.html",
        key=key,
        token=token,
        old=old,
        example=key_words.example(key, token, me().phone),
        login=me().email,
        words=key_words,
    )
