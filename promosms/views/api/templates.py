"""Templates of the API: keep texts, change, read and delete them."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, url_for

from promosms.extensions import csrf
from promosms.forms.api.templates import DeletedTemplate, NewTemplate, TemplateOut, TemplatesOut
from promosms.models import CampaignKind, CampaignTemplate, Scope
from promosms.services.api import templates
from promosms.services.api.composing import Refused
from promosms.services.api.idempotency import Once
from promosms.services.api.templates import UnknownPlaceholder
from promosms.services.campaigns.drafts import Draft
from promosms.services.templates import templates as kept
from promosms.services.templates.templates import MOST, TooMany
from promosms.sms import transliterate
from promosms.views.api import names, refusals
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller, problems
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import TYPES, Problem

bp = Blueprint("api_templates", __name__, url_prefix=f"{PREFIX}/templates")
csrf.exempt(bp)
OF_TEXT = ("name-taken", "unfit-value", "empty-text", "text-too-long", "unknown-placeholder")


def _again(result: str, _body: NewTemplate) -> Answer:
    """The answer to a template that was kept before."""
    found = templates.of_result(caller.key(), result)
    if found is None:
        raise Problem("done-and-deleted")
    return _created(found)


@bp.get("")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: TemplatesOut})
def all_templates() -> Answer:
    """List the texts that are kept to begin campaigns with.

    The sandbox has none.
    """
    found = [] if caller.key().sandbox else kept.all_of(caller.account())
    return Answer(TemplatesOut(templates=[_out(one) for one in found]))


@bp.post("")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=NewTemplate,
    gives={201: TemplateOut},
    fails=("not-in-sandbox", "too-many-stored", *OF_TEXT),
    once=_again,
)
def create(body: NewTemplate, once: Once | None) -> Answer:
    """Keep a text.

    Nothing is sent.
    """
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")
    with names.refusals(), _text_refusals():
        try:
            return _created(templates.create(caller.account(), _draft(body), once))
        except TooMany as error:
            raise Problem("too-many-stored", more={"most": MOST}) from error


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: TemplateOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read a text that is kept."""
    return _shown(templates.find(caller.key(), public_id))


@bp.post("/<public_id>/change")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND, body=NewTemplate, gives={200: TemplateOut}, fails=("not-found", *OF_TEXT)
)
def change(public_id: str, body: NewTemplate) -> Answer:
    """Replace name and text of a template.

    Send all of it. Campaigns that were begun with it stay as they are.
    """
    with names.refusals(), _text_refusals():
        return _shown(templates.change(caller.key(), public_id, _draft(body)))


@bp.post("/<public_id>/delete")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: DeletedTemplate}, fails=("not-found",))
def delete(public_id: str) -> Answer:
    """Delete a template.

    Campaigns that were begun with it stay.
    """
    if not templates.delete(caller.key(), public_id):
        raise Problem("not-found")
    return Answer(DeletedTemplate(id=public_id, deleted=True))


@contextmanager
def _text_refusals() -> Iterator[None]:
    """Turn a text that could not be sent into a problem."""
    try:
        yield
    except Refused as error:
        raise refusals.problem(error) from error
    except UnknownPlaceholder as error:
        wrong = problems.at("text", TYPES["unknown-placeholder"].advice)
        more = {"names": list(error.names)}
        raise Problem("unknown-placeholder", errors=wrong, more=more) from error


def _draft(body: NewTemplate) -> Draft:
    return Draft(
        name=body.name,
        text=transliterate.tidy(body.text),
        kind=body.kind,
        opt_out_line=body.opt_out_line and body.kind == CampaignKind.PROMOTIONAL,
        language=body.language,
    )


def _shown(found: CampaignTemplate | None) -> Answer:
    if found is None:
        raise Problem("not-found")
    return Answer(_out(found))


def _created(template: CampaignTemplate) -> Answer:
    location = url_for("api_templates.show", public_id=template.public_id)
    return Answer(_out(template), 201, {"Location": location})


def _out(one: CampaignTemplate) -> TemplateOut:
    return TemplateOut(
        id=one.public_id,
        name=one.name,
        text=one.text,
        kind=CampaignKind(one.kind),
        language=one.language,
        opt_out_line=one.opt_out_line,
    )
