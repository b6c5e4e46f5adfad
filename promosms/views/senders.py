"""The page of sender names: what recipients see, ask for a name, and what became of each."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.senders import SenderForm
from promosms.language import gettext as _
from promosms.language import lazy_gettext
from promosms.lib import countries
from promosms.models import Sender, SenderStatus
from promosms.services.auth.rights import Right
from promosms.services.installation import defaults
from promosms.services.senders import requests
from promosms.services.senders.requests import Requested
from promosms.sms.senders import countries as country_rules
from promosms.sms.senders.countries import CountryRule, Names
from promosms.views.campaigns import labels
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("senders", __name__)
STATUS = {
    SenderStatus.REQUESTED: (lazy_gettext("Being checked"), "info"),
    SenderStatus.APPROVED: (lazy_gettext("Can be used"), "good"),
    SenderStatus.REFUSED: (lazy_gettext("Refused"), "bad"),
    SenderStatus.REVOKED: (lazy_gettext("Taken back"), "bad"),
}
NAMES = {
    Names.FREE: lazy_gettext("Names arrive"),
    Names.REGISTERED: lazy_gettext("Only registered names"),
    Names.REPLACED: lazy_gettext("The network may show another sender"),
    Names.NONE: lazy_gettext("No names"),
    Names.UNKNOWN: lazy_gettext("Not known"),
}
TWO_WAY = {
    "yes": lazy_gettext("Numbers can be answered"),
    "limited": lazy_gettext("Answers hardly possible"),
    "no": lazy_gettext("No answers"),
    "": lazy_gettext("Not known"),
}


@dataclass(frozen=True)
class CountryRow:
    """A country in the table: its name, and what it does with names and answers."""

    name: str
    names: object
    two_way: object


@bp.route("/senders", methods=["GET", "POST"])
@allow(Right.LOOK, post=Right.SEND)
def index() -> ResponseReturnValue:
    """All names of the account, the form for a new one, and the countries."""
    form = SenderForm()
    if form.validate_on_submit() and _asked(form):
        flash(_("Asked for. You get an e-mail as soon as it is decided."), "good")
        return redirect(url_for("senders.index"), 303)
    account = my_account()
    rows = requests.of_account(account.id)
    page = render_template(
        "senders/index.html",
        form=form,
        names=rows,
        status=STATUS,
        may_withdraw=may_withdraw,
        registered_in=registered_in,
        number_of_route=labels.sender(defaults.default_route().sender),
        home=_row(country_rules.of(account.region)),
        countries=sorted(map(_row, country_rules.known()), key=lambda row: row.name),
        as_of=country_rules.as_of(),
        most=requests.MOST_OPEN,
        full=sum(row.status == SenderStatus.REQUESTED for row in rows) >= requests.MOST_OPEN,
    )
    return page, 422 if form.errors else 200


@bp.route("/senders/<public_id>/withdraw", methods=["POST"])
@allow(Right.SEND)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take a request back, or remove a refused one."""
    try:
        requests.withdraw(owned(Sender, public_id), me().public_id)
        flash(_("Removed."), "good")
    except requests.Decided:
        flash(_("It was decided meanwhile. This is how it stands now."), "info")
    return redirect(url_for("senders.index"), 303)


def may_withdraw(requested: Requested) -> bool:
    """Is there something to take back or to remove?"""
    return requested.status in (SenderStatus.REQUESTED, SenderStatus.REFUSED)


def registered_in(requested: Requested) -> str:
    """The countries where a name is registered."""
    return ", ".join(name for _code, name in countries.names(set(requested.registered)))


def _asked(form: SenderForm) -> bool:
    """Ask for the name; False with an error on the form."""
    try:
        requests.ask(my_account(), form.name.data or "", form.evidence(), me().public_id)
    except requests.NameTaken:
        form.name.errors = [_("You have asked for this name already.")]
    except requests.TooMany:
        form.name.errors = [_("Some names are being checked still. Ask again when they are.")]
    else:
        return True
    return False


def _row(rule: CountryRule) -> CountryRow:
    return CountryRow(countries.name(rule.country), NAMES[rule.names], TWO_WAY[rule.two_way])
