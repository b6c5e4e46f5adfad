"""What was done in the account: who, what and when, for owners; and the acts of one thing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import (
    Act,
    ApiKey,
    Automation,
    Campaign,
    CampaignTemplate,
    Import,
    Recipient,
    RecipientList,
    Segment,
    SignUpForm,
)
from promosms.services.auth import people
from promosms.services.auth.rights import Right
from promosms.services.colleagues import acts, colleagues
from promosms.services.recipients import detail_names
from promosms.sms.phone import pretty
from promosms.views.colleagues.act_sentences import SENTENCES
from promosms.web.access import allow, may_open, my_account

bp = Blueprint("acts", __name__, url_prefix="/settings/colleagues/acts")


class Subject(NamedTuple):
    """What acts are about: its model, its page, and how it is called there."""

    model: Any
    page: str
    name: Callable[[Any], str]


@dataclass(frozen=True)
class Told:
    """An act in words; `url` and `name` lead to what it was about, if that is there."""

    act: Act
    who: str
    what: str
    url: str = ""
    name: str = ""


def _named(row: Any) -> str:
    return str(row.name)


def _unnamed(_row: Any) -> str:
    return str(_("Show it"))


def _recipient(row: Recipient) -> str:
    return row.name or pretty(row.phone)


RECIPIENT = Subject(Recipient, "recipients.person", _recipient)
SUBJECTS = {
    "automations": Subject(Automation, "automations.page", _unnamed),
    "campaigns": Subject(Campaign, "campaigns.report", detail_names.campaign_title),
    "templates": Subject(CampaignTemplate, "templates.edit", _named),
    "imports": Subject(Import, "imports.show", _unnamed),
    "lists": Subject(RecipientList, "lists.page", _named),
    "segments": Subject(Segment, "segments.page", _named),
    "sign_up_forms": Subject(SignUpForm, "sign_up_forms.page", _unnamed),
    "recipients": RECIPIENT,
    "direct_texts": RECIPIENT,
}
"""By the blueprint of the form."""


@bp.route("")
@allow(Right.COLLEAGUES)
def index() -> ResponseReturnValue:
    """Everything of the last year, the latest first; or what one person has done."""
    account_id = my_account().id
    chosen = request.args.get("person", "")
    page = acts.page(account_id, request.args.get("before", type=int), chosen)
    everybody = colleagues.of(account_id)
    return render_template(
        "colleagues/acts.html",
        page=page,
        told=told(account_id, page.rows),
        people=[(person.public_id, person.email) for person in everybody],
        chosen=chosen,
    )


def told(account_id: int, rows: Sequence[Act]) -> list[Told]:
    """Acts in words, with a link to what each was about."""
    found = _subjects(account_id, rows)
    return [
        Told(act, who, str(SENTENCES.get(act.what, act.what)), *found.get(_key(act), ("", "")))
        for act, who in _with_names(account_id, rows)
    ]


def of_campaign(campaign: Campaign) -> list[Told]:
    """Who has written, sent and stopped a campaign, the latest first; without links."""
    rows = acts.of_subject(campaign.account_id, campaign.public_id)
    return [
        Told(act, who, str(SENTENCES.get(act.what, act.what)))
        for act, who in _with_names(campaign.account_id, rows)
    ]


def _with_names(account_id: int, rows: Sequence[Act]) -> list[tuple[Act, str]]:
    """Each act with the e-mail address of the person, or the name of the program's key."""
    ids = {act.actor for act in rows}
    names = people.emails_of(account_id, ids)
    if ids - names.keys():
        keys = select(ApiKey).where(ApiKey.account_id == account_id, ApiKey.public_id.in_(ids))
        for key in db.session.scalars(keys):
            names[key.public_id] = _("Program “%(name)s”", name=key.name)
    left = str(_("Somebody who has left"))
    return [(act, names.get(act.actor, left)) for act in rows]


def _kind(act: Act) -> str:
    """What an act is about: for a request of a program as for the form of a page."""
    kind = act.what.partition(".")[0].removeprefix("api_")
    return "campaigns" if kind == "campaign_times" else kind


def _key(act: Act) -> tuple[str, str]:
    return _kind(act), act.subject


def _subjects(account_id: int, rows: Sequence[Act]) -> dict[tuple[str, str], tuple[str, str]]:
    """The address and the name of each subject that is there, by kind and public id."""
    found = {}
    for kind, subject in SUBJECTS.items():
        ids = {act.subject for act in rows if _kind(act) == kind} - {""}
        if not ids or not may_open(subject.page):
            continue
        query = select(subject.model).filter_by(account_id=account_id)
        for row in db.session.scalars(query.where(subject.model.public_id.in_(ids))):
            url = url_for(subject.page, public_id=row.public_id)
            found[kind, row.public_id] = url, subject.name(row)
    return found
