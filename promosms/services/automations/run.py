"""What automations do by themselves: on its day an automation makes a campaign and launches it.

Each is looked at once a day, at its time. The tick finds those that are due, and a job in the
worker runs them. The campaign, the note of the day and the next time are one transaction, so a job
that is killed, or two at once, make one campaign or none. What was missed is noted, not sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Automation,
    AutomationRun,
    AutomationStatus,
    Campaign,
    CampaignStatus,
    RunOutcome,
    Trigger,
    now,
)
from promosms.services.automations import costs, days, problems
from promosms.services.automations.automations import prototype_of, zone_of
from promosms.services.automations.problems import PauseReason
from promosms.services.campaigns import audience, copies, launch, occasions
from promosms.services.campaigns.estimates import Estimate
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem

MOST_MISSED = 31
"""Of so many missed days it is said that they were missed."""
NOBODY = (LaunchProblem.NO_AUDIENCE, LaunchProblem.TRIAL_GUESTS)


@dataclass(frozen=True)
class Plan:
    """What is to be done: days that were missed with their people, and the day that has begun."""

    seen: datetime
    next_at: datetime
    missed: Sequence[tuple[date, int]]
    today: date | None


def due() -> list[int]:
    """Ids of the automations that are to be looked at now."""
    query = (
        select(Automation.id)
        .join(Account, Account.id == Automation.account_id)
        .where(
            Automation.status == AutomationStatus.ON,
            Automation.next_at <= now(),
            Account.status != AccountStatus.DELETING,
        )
    )
    return list(db.session.scalars(query.order_by(Automation.next_at, Automation.id)))


def run(automation_id: int) -> int | None:
    """Text those whose day has come; returns the id of the campaign that was launched, if any."""
    automation = db.session.get(Automation, automation_id, populate_existing=True)
    if automation is None or automation.status != AutomationStatus.ON:
        return None
    if automation.next_at is None or automation.next_at > now():
        return None
    occasions.forget_ended(automation)
    plan = _plan(automation, automation.next_at, zone_of(automation))
    prototype, campaign, estimate = prototype_of(automation), None, Estimate()
    reason = problems.why_not(db.session(), automation, prototype)
    if plan.today and not reason:
        campaign = campaign_of(automation, prototype, plan.today)
        estimate = audience.estimate(campaign)
        reason = _too_dear(automation, estimate)
    if not reason:
        try:
            return _launch(automation, plan, campaign if estimate.recipients else None, estimate)
        except LaunchError as error:
            reason = error.code
    if reason in NOBODY:
        return _launch(automation, plan, None, estimate)
    problems.pause(automation, plan.seen, reason)
    return None


def campaign_of(automation: Automation, prototype: Campaign, day: date) -> Campaign:
    """The campaign of a day, as it would be: with the id of its prototype, and not stored."""
    return copies.unstored(prototype, **_values(automation, day))


def end_late() -> int:
    """Cancel what automations could not send in time; returns how many campaigns."""
    query = select(Campaign).where(
        Campaign.automation_id.is_not(None),
        Campaign.status.in_(CampaignStatus.OPEN),
        Campaign.ends_at <= now(),
    )
    number = 0
    for campaign in db.session.scalars(query.order_by(Campaign.id)).all():
        try:
            launch.cancel(campaign)
        except LaunchError:
            continue  # it has ended meanwhile
        number += 1
    return number


def _plan(automation: Automation, seen: datetime, zone: ZoneInfo) -> Plan:
    moment = now()
    day = moment.astimezone(zone).date()
    begun = days.begins(automation, day, zone) <= moment
    in_time = begun and moment < days.closes(day, zone)
    end = day + days.DAY if begun and not in_time else day
    start = max(seen.astimezone(zone).date(), end - MOST_MISSED * days.DAY)
    return Plan(
        seen=seen,
        next_at=days.next_begin(automation, moment, zone),
        missed=_missed(automation, start, end),
        today=day if in_time and days.is_one(automation, day) else None,
    )


def _missed(automation: Automation, start: date, end: date) -> list[tuple[date, int]]:
    """The missed days on which somebody was to be texted, with the number of people."""
    if automation.trigger == Trigger.NO_TEXT:
        return []  # who was to be texted still is
    prototype = prototype_of(automation)
    counted = [
        (day, audience.count(campaign_of(automation, prototype, day)))
        for day in days.between(automation, start, end)
    ]
    return [(day, people) for day, people in counted if people]


def _too_dear(automation: Automation, estimate: Estimate) -> str:
    """Why the texts of a day cost too much; empty if they do not."""
    if estimate.dearest > automation.agreed_price:
        return PauseReason.PRICE
    limit = automation.month_limit
    if limit is not None and costs.this_month(automation) + estimate.total > limit:
        return PauseReason.OWN_LIMIT
    balance = db.session.get_one(Account, automation.account_id, populate_existing=True).balance
    return PauseReason.MONEY if estimate.total > balance else ""


def _launch(
    automation: Automation, plan: Plan, campaign: Campaign | None, estimate: Estimate
) -> int | None:
    """Launch the campaign of the day, if there is one, and note the next time. Raises LaunchError.

    All or nothing; nothing if another one was faster, or the automation has changed since.
    """
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        if automation.status != AutomationStatus.ON or automation.next_at != plan.seen:
            return None
        automation.next_at = plan.next_at
        for day, people in plan.missed:
            _note(session, automation, day, RunOutcome.MISSED, people)
        done = plan.today and session.get(AutomationRun, (automation.id, plan.today))
        if campaign is None or plan.today is None or done:
            return None
        return launch_for(session, automation, plan.today, estimate).id


def launch_for(session: Session, automation: Automation, day: date, estimate: Estimate) -> Campaign:
    """Make the campaign of a day, note it and launch it. Part of a transaction.

    `estimate` is what it was found to cost. Raises LaunchError.
    """
    stored = copies.store(session, prototype_of(automation), **_values(automation, day))
    _note(session, automation, day, RunOutcome.TEXTED, estimate.recipients, stored.id)
    launch.launch(
        stored,
        estimate.total,
        service_confirmed_by=stored.service_confirmed_by,
        reviewed=estimate.everybody,
    )
    return stored


def _note(
    session: Session,
    automation: Automation,
    day: date,
    outcome: RunOutcome,
    people: int,
    campaign_id: int | None = None,
) -> None:
    """Note what became of a day, once."""
    if session.get(AutomationRun, (automation.id, day)) is None:
        session.add(
            AutomationRun(
                automation_id=automation.id,
                account_id=automation.account_id,
                day=day,
                outcome=outcome,
                people=people,
                campaign_id=campaign_id,
            )
        )


def _values(automation: Automation, day: date) -> dict[str, object]:
    return {
        "automation_id": automation.id,
        "occasion": day,
        "ends_at": days.ends(automation, day, zone_of(automation)),
    }
