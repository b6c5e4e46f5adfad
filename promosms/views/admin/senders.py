"""The pages of sender names: what waits, the evidence, and the decision."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.senders import ApproveForm, ReasonForm
from promosms.language import gettext as _
from promosms.lib import countries
from promosms.models import Account, SenderStatus
from promosms.services.accounts import names as account_names
from promosms.services.senders import decisions
from promosms.services.senders.requests import Requested
from promosms.sms.senders import countries as country_rules
from promosms.sms.senders.countries import Names
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, me


@bp.route("/senders", endpoint="senders")
@allow(Access.ADMIN)
def all_senders() -> ResponseReturnValue:
    """The names that wait, those like protected ones first, and what was decided."""
    waiting, decided = decisions.waiting(), decisions.decided()
    return render_template(
        "admin/senders.html",
        waiting=waiting,
        decided=decided,
        names=account_names.of_public_ids({a.public_id for _r, a in [*waiting, *decided]}),
        labels=labels,
    )


@bp.route("/senders/<public_id>", endpoint="sender")
@allow(Access.ADMIN)
def one_sender(public_id: str) -> ResponseReturnValue:
    """A name with its evidence, and what can be decided about it."""
    requested, account = _found(public_id)
    return _page(requested, account, _approve_form(requested), ReasonForm(formdata=None))


@bp.route("/senders/<public_id>/approve", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def approve_sender(public_id: str) -> ResponseReturnValue:
    """Approve a name, or change where it is registered."""
    requested, account = _found(public_id)
    form, sender = ApproveForm(), requested.sender
    if not form.validate():
        return _page(requested, account, form, ReasonForm(formdata=None)), 422
    try:
        decisions.approve(sender.id, form.evidence.data or "", form.codes(), me().public_id)
        flash(_("%(name)s can be used now.", name=sender.name), "good")
    except decisions.EvidenceMissing:
        form.evidence.errors = [
            _("This name is like a protected one: write what shows that it is theirs.")
        ]
        return _page(requested, account, form, ReasonForm(formdata=None)), 422
    except decisions.NotWaiting:
        flash(_gone(), "info")
    return redirect(url_for("admin.senders"), code=303)


@bp.route("/senders/<public_id>/refuse", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def refuse_sender(public_id: str) -> ResponseReturnValue:
    """Refuse a name that waits."""
    return _with_reason(public_id, take_back=False)


@bp.route("/senders/<public_id>/revoke", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def revoke_sender(public_id: str) -> ResponseReturnValue:
    """Take an approved name back."""
    return _with_reason(public_id, take_back=True)


def _with_reason(public_id: str, *, take_back: bool) -> ResponseReturnValue:
    requested, account = _found(public_id)
    form, sender = ReasonForm(), requested.sender
    if not form.validate():
        return _page(requested, account, _approve_form(requested), form), 422
    decide = decisions.revoke if take_back else decisions.refuse
    try:
        decide(sender.id, form.reason.data or "", me().public_id)
        flash(_("Decided. The customer gets an e-mail."), "good")
    except decisions.NotWaiting:
        flash(_gone(), "info")
    return redirect(url_for("admin.senders"), code=303)


def _approve_form(requested: Requested) -> ApproveForm:
    return ApproveForm(
        formdata=None,
        evidence=requested.decision.evidence if requested.decision else "",
        countries=", ".join(sorted(requested.registered)),
    )


def _gone() -> str:
    return str(_("This name was decided about or withdrawn meanwhile. Nothing was changed."))


def _found(public_id: str) -> tuple[Requested, Account]:
    return decisions.find(public_id) or abort(404)


def _page(
    requested: Requested, account: Account, approve_form: ApproveForm, reason_form: ReasonForm
) -> str:
    strict = [r.country for r in country_rules.known() if r.names is Names.REGISTERED]
    return render_template(
        "admin/sender.html",
        requested=requested,
        sender=requested.sender,
        decision=requested.decision,
        account=account,
        whose=account_names.of_public_ids({account.public_id})[account.public_id],
        others=decisions.others(requested),
        waits=requested.status == SenderStatus.REQUESTED,
        in_use=requested.status == SenderStatus.APPROVED,
        strict=", ".join(name for _code, name in countries.names(set(strict))),
        approve_form=approve_form,
        reason_form=reason_form,
        labels=labels,
    )
