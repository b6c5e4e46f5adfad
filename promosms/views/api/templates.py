"""Templates of the API: the texts that the account keeps."""

from flask import Blueprint

from promosms.forms.api.templates import TemplateOut, TemplatesOut
from promosms.models import CampaignKind, Scope
from promosms.services.templates import templates
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint

bp = Blueprint("api_templates", __name__, url_prefix=PREFIX)


@bp.get("/templates")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: TemplatesOut})
def all_templates() -> Answer:
    """List the texts that are kept to begin campaigns with.

    The sandbox has none.
    """
    found = [] if caller.key().sandbox else templates.all_of(caller.account())
    rows = [
        TemplateOut(id=one.public_id, name=one.name, text=one.text, kind=CampaignKind(one.kind))
        for one in found
    ]
    return Answer(TemplatesOut(templates=rows))
