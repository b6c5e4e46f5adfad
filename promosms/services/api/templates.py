"""Templates that programs keep, change and delete, checked as on the pages."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiKey, CampaignTemplate
from promosms.services.api import idempotency, names
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import text_cost
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.text_cost import TextProblem
from promosms.services.templates import templates
from promosms.sms import segments

RESULT = "template"


class UnknownPlaceholder(Exception):
    """Nobody can fill in some placeholders of a text; `names` are theirs."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.names = names


def find(key: ApiKey, public_id: str, *, lock: bool = False) -> CampaignTemplate | None:
    """The template of the account with this id; none in the sandbox."""
    if key.sandbox or not public_id.isalnum():  # an address may hold bytes that no database takes
        return None
    query = select(CampaignTemplate).where(
        CampaignTemplate.account_id == key.account_id, CampaignTemplate.public_id == public_id
    )
    return db.session.scalar(query.with_for_update() if lock else query)


def of_result(key: ApiKey, result: str) -> CampaignTemplate | None:
    """The template that a request has made, as it is now; None if it was deleted."""
    return db.session.scalar(
        select(CampaignTemplate).where(
            CampaignTemplate.account_id == key.account_id,
            CampaignTemplate.id == int(result.rpartition(":")[2]),
        )
    )


def create(account: Account, written: Draft, once: Once | None) -> CampaignTemplate:
    """Keep a text under the name of the draft.

    Raises NoName, NameTaken, TooMany, Refused and UnknownPlaceholder.
    """
    name = names.one_line(written.name)
    _check(written)
    with transaction() as session:
        idempotency.begin(session, once)
        made = templates.create(account, name, written)
        idempotency.finish(session, once, f"{RESULT}:{made.id}")
    return made


def change(key: ApiKey, public_id: str, written: Draft) -> CampaignTemplate | None:
    """Replace name and text of a template; None if there is none.

    Raises NoName, NameTaken, Refused and UnknownPlaceholder.
    """
    name = names.one_line(written.name)
    _check(written)
    with transaction():
        found = find(key, public_id, lock=True)
        if found is not None:
            templates.change(found, name, written)
    return found


def delete(key: ApiKey, public_id: str) -> bool:
    """Delete a template; False if there is none. Campaigns that were begun with it stay."""
    with transaction():
        found = find(key, public_id, lock=True)
        if found is not None:
            templates.remove(found)
    return found is not None


def _check(written: Draft) -> None:
    """Raise Refused or UnknownPlaceholder for a text that could not be sent."""
    problem = text_cost.problem(
        written.text, opt_out_line=written.opt_out_line, language=written.language
    )
    if problem == TextProblem.EMPTY:
        raise Refused(Refusal.EMPTY, "text")
    if problem == TextProblem.TOO_LONG:
        raise Refused(Refusal.TOO_LONG, "text", most=segments.MAX_PARTS)
    if problem == TextProblem.UNKNOWN_PLACEHOLDER:
        raise UnknownPlaceholder(*text_cost.unknown(written.text))
