"""Automations of an account: write, change, switch on, pause and delete them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Automation,
    AutomationStatus,
    Campaign,
    CampaignList,
    CampaignStatus,
    RecipientList,
    now,
)
from promosms.services.automations import days, problems
from promosms.services.campaigns import drafts, launch
from promosms.services.campaigns.drafts import ChangedElsewhere, Draft
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.services.installation import defaults

MOST = 50
_KEY = re.compile(r"[0-9a-f]{20}")


class TooMany(Exception):
    """The account has as many automations as it may have."""


class NotPossible(Exception):
    """It cannot be switched on; `reason` says why, see problems.py."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class When:
    """When texts go, as `Automation` keeps it; `month_limit` in 1/10,000 or None."""

    trigger: str
    days: int = 0
    weekdays: str = ""
    month_day: int = 1
    clock: str = "10:00"
    month_limit: int | None = None


def all_of(account_id: int) -> Sequence[tuple[Automation, Campaign]]:
    """The automations of an account with their prototypes, the newest first."""
    query = (
        select(Automation, Campaign)
        .join(Campaign, Campaign.id == Automation.prototype_id)
        .where(Automation.account_id == account_id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Automation.id.desc()))]


def with_list(recipient_list: RecipientList) -> Sequence[tuple[Automation, Campaign]]:
    """The automations that are for a list or leave it out, with their prototypes, the newest first.

    Without the list they send nothing until their audience is chosen again, see problems.py.
    """
    query = (
        select(Automation, Campaign)
        .join(Campaign, Campaign.id == Automation.prototype_id)
        .join(CampaignList, CampaignList.campaign_id == Campaign.id)
        .where(CampaignList.list_id == recipient_list.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Automation.id.desc()))]


def prototype_of(automation: Automation) -> Campaign:
    """Its text, sender and audience."""
    return db.session.get_one(Campaign, automation.prototype_id)


def zone_of(automation: Automation) -> ZoneInfo:
    """The time zone whose clocks count."""
    return ZoneInfo(db.session.get_one(Account, automation.account_id).timezone)


def create(account: Account, when: When, draft: Draft, key: str) -> Automation:
    """A new automation, which is off. The same key again (a double click) returns the same one.

    Raises TooMany.
    """
    with transaction() as session:
        session.get_one(Account, account.id, with_for_update=True)  # one click after the other
        public_id = key if _KEY.fullmatch(key) else ""
        existing = _of_key(session, public_id) if public_id else None
        if existing is not None and existing.account_id == account.id:
            return existing
        if len(all_of(account.id)) >= MOST:
            raise TooMany
        prototype = Campaign(
            account_id=account.id,
            route_id=defaults.default_route().id,
            status=CampaignStatus.PROTOTYPE,
            activity_cursor=None,
        )
        session.add(prototype)
        session.flush()
        automation = Automation(account_id=account.id, prototype_id=prototype.id)
        if public_id and existing is None:
            automation.public_id = public_id
        _write(automation, prototype, when, draft)
        session.add(automation)
    return automation


def change(automation: Automation, when: When, draft: Draft, seen: str) -> None:
    """Save what was typed. It is off until it has been reviewed again; what was sent stays.

    `seen` is the stamp of its prototype when it was opened. Raises ChangedElsewhere.
    """
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        prototype = session.get_one(Campaign, automation.prototype_id, populate_existing=True)
        if drafts.stamp(prototype) != seen:
            raise ChangedElsewhere
        prototype.service_confirmed_by, prototype.service_confirmed_at = "", None
        _write(automation, prototype, when, draft)
        automation.status, automation.stopped_why = AutomationStatus.OFF, ""
        automation.next_at = None


def switch_on(
    automation: Automation, agreed_price: int, seen: str, *, confirmed_by: str = ""
) -> None:
    """Switch on an automation for texts of at most the agreed price (1/10,000 each).

    `seen` is the stamp of the prototype on the review page. A second click changes nothing.
    Raises NotPossible, and ChangedElsewhere for another text than the one that was reviewed.
    """
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        prototype = session.get_one(Campaign, automation.prototype_id, populate_existing=True)
        if drafts.stamp(prototype) != seen:
            raise ChangedElsewhere
        if automation.status == AutomationStatus.ON:
            return
        for name, value in launch.confirmation(prototype, confirmed_by).items():
            setattr(prototype, name, value)
        if reason := problems.why_not(session, automation, prototype):
            raise NotPossible(reason)
        automation.status, automation.stopped_why = AutomationStatus.ON, ""
        automation.agreed_price, automation.switched_on_at = agreed_price, now()
        automation.next_at = days.next_begin(automation, now(), zone_of(automation))


def move(session: Session, account_id: int, before: ZoneInfo, after: ZoneInfo) -> None:
    """Plan what is switched on by other clocks: the same day, and the same time of day.

    What is over on that day by the new clocks is then due at once, or missed, and noted.
    """
    query = select(Automation).where(
        Automation.account_id == account_id, Automation.next_at.is_not(None)
    )
    locked = query.order_by(Automation.id).with_for_update()
    for automation in session.scalars(locked.execution_options(populate_existing=True)):
        if automation.next_at is not None:
            day = automation.next_at.astimezone(before).date()
            automation.next_at = days.begins(automation, day, after)


def pause(automation: Automation) -> None:
    """Nothing more begins by itself; what is on its way is in the report of its campaign."""
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        if automation.status == AutomationStatus.ON:
            automation.status, automation.stopped_why = AutomationStatus.PAUSED, ""
            automation.next_at = None


def delete(automation: Automation) -> None:
    """Delete an automation. Its open campaigns are cancelled; the reports stay."""
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        prototype = prototype_of(automation)
        open_ones = select(Campaign).where(
            Campaign.automation_id == automation.id, Campaign.status.in_(CampaignStatus.OPEN)
        )
        for campaign in session.scalars(open_ones.order_by(Campaign.id)).all():
            try:
                launch.cancel(campaign)
            except LaunchError:
                continue  # it has ended meanwhile
        session.delete(automation)
        session.flush()
        session.delete(prototype)


def _of_key(session: Session, key: str) -> Automation | None:
    with row_security.bypass("a key that another account has cannot be taken"):
        return session.scalar(select(Automation).where(Automation.public_id == key))


def _write(automation: Automation, prototype: Campaign, when: When, draft: Draft) -> None:
    drafts.write(prototype, draft)
    automation.trigger, automation.days = when.trigger, when.days
    automation.weekdays, automation.month_day = when.weekdays, when.month_day
    automation.clock, automation.month_limit = when.clock, when.month_limit
    db.session.flush()
    automation.chosen = problems.chosen_now(prototype)
    automation.updated_at = now()
