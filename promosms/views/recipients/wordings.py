"""The pages of wordings: the sentences that people agree to, and their versions."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.campaigns.composer import LANGUAGES
from promosms.forms.wordings import WordingForm
from promosms.language import gettext as _
from promosms.models import Wording
from promosms.services.auth.rights import Right
from promosms.services.recipients import wordings
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("wordings", __name__)


@bp.route("/recipients/wordings", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def index() -> ResponseReturnValue:
    """All wordings, and the form for a new one."""
    account, form = my_account(), WordingForm()
    if not form.is_submitted():
        form.language.data = me().language
    if form.validate_on_submit():
        words = form.name.data or "", form.language.data, form.text.data or ""
        wordings.add(account.id, *words, me().public_id)
        flash(_("The words are kept. Choose them where you note a consent."), "good")
        return redirect(url_for("wordings.index"), 303)
    rows = wordings.all_of(account.id)
    latest = {row.series: row for row in reversed(rows)}
    shown = sorted(latest.values(), key=lambda row: (row.retired_at is not None, row.name.lower()))
    return render_template("wordings/index.html", form=form, wordings=shown)


@bp.route("/recipients/wordings/<public_id>", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def page(public_id: str) -> ResponseReturnValue:
    """The versions of a wording; another text becomes a new one."""
    wording = owned(Wording, public_id)
    versions = [row for row in wordings.all_of(wording.account_id) if row.series == wording.series]
    latest = versions[0]
    form = WordingForm(data={name: getattr(latest, name) for name in ("name", "language", "text")})
    if form.validate_on_submit():
        words = form.name.data or "", form.language.data, form.text.data or ""
        changed = wordings.change(wording, *words, me().public_id)
        flash(_("Saved as version %(number)s.", number=changed.version), "good")
        return redirect(url_for("wordings.page", public_id=changed.public_id), 303)
    return render_template(
        "wordings/page.html", form=form, latest=latest, versions=versions, names=LANGUAGES
    )


@bp.route("/recipients/wordings/<public_id>/retire", methods=["POST"])
@allow(Right.RECIPIENTS)
def retire(public_id: str) -> ResponseReturnValue:
    """Offer a wording no more."""
    wordings.retire(owned(Wording, public_id))
    flash(_("The words are not offered any more. Consents to them stay as they are."), "good")
    return redirect(url_for("wordings.index"), 303)
