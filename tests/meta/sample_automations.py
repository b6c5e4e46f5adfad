"""Automations in every state, for the sample account, and how their pages are called."""

from promosms.db.transactions import transaction
from promosms.models import (
    Account,
    Automation,
    AutomationOccasion,
    AutomationRun,
    AutomationStatus,
    Recipient,
    Trigger,
    now,
)
from promosms.services.automations import automations, problems
from promosms.services.automations.automations import When
from promosms.services.automations.problems import PauseReason
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from tests.support.pages import PageClient

Ids = dict[str, str]
Form = dict[str, object]
NEW: Form = {
    "trigger": "birthday",
    "days": "0",
    "at": "10:00",
    "name": "Wish",
    "audience": "everyone",
    "text": "20% off",
    "language": "en",
}


def looked_at(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/automations/{ids['automation off']}/review")
    return {"agreed": str(page.select("input[name=agreed]")[0]["value"])}


def rewritten(ids: Ids, owner: PageClient) -> Form:
    page = owner.get_page(f"/automations/{ids['automation off']}/edit")
    return {**NEW, "stamp": str(page.select("input[name=stamp]")[0]["value"])}


ARGUMENTS = {
    "automations.page": "automation on",
    "automations.edit": "automation off",
    "automations.review": "automation off",
    "automations.switch_on": "automation off",
    "automations.pause": "automation on",
    "automations.delete": "automation paused",
    "automations.test": "automation off",
}
FORMS = {
    "automations.new": NEW,
    "automations.edit": rewritten,
    "automations.switch_on": looked_at,
    "automations.pause": {},
    "automations.delete": {},
    "automations.test": {},
}


def ids(account: Account) -> dict[str, str]:
    """One in each state; the one that has paused itself has texted somebody."""
    found = dict[str, str]()
    for status in AutomationStatus:
        draft = Draft(name=f"Wish {status}", text="Hi {first_name|there}", everyone=True)
        automation = automations.create(account, When(Trigger.BIRTHDAY), draft, "")
        if status != AutomationStatus.OFF:
            stamp = drafts.stamp(automations.prototype_of(automation))
            automations.switch_on(automation, 300, stamp)
        if status == AutomationStatus.PAUSED:
            _has_run(automation)
        found[f"automation {status}"] = automation.public_id
    return found


def _has_run(automation: Automation) -> None:
    problems.pause(automation, automation.next_at, PauseReason.MONEY)
    with transaction() as session:
        recipient = session.query(Recipient).filter_by(account_id=automation.account_id).first()
        assert recipient is not None
        own = {"automation_id": automation.id, "account_id": automation.account_id}
        occasion = {"recipient_id": recipient.id, "occasion": "2026", "campaign_id": 1}
        session.add(AutomationOccasion(**own, **occasion))
        session.add(AutomationRun(**own, day=now().date(), outcome="missed", people=1))
