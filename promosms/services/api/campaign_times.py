"""Campaigns that programs launch, at once or for a time, move to another time, or start earlier.

What a request says of the time is part of the transaction that launches: refused, it leaves the
draft as it was.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import wall_clock
from promosms.models import Account, ApiKey, Campaign, CampaignStatus
from promosms.services.api import idempotency
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import audience, departure, drafts, launch, schedule
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem

MINUTE = timedelta(minutes=1)
RESULT = "campaign"


class TimeRefusal(StrEnum):
    """Why a campaign cannot be planned as a request says it."""

    OVER = "time-in-the-past"
    TOO_FAR = "time-too-far"
    NO_SUCH_TIME = "no-such-time"
    UNCLEAR = "unclear-plan"


class TimeRefused(Exception):
    """A plan is not possible; `member` is to blame, `values` say more."""

    def __init__(self, code: TimeRefusal, member: str, detail: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.member, self.detail, self.values = code, member, detail, values


@dataclass(frozen=True)
class Time:
    """A moment, or a time on a clock (``2026-12-24T10:00``); without both no time."""

    send_at: datetime | None = None
    local_time: str = ""

    def __bool__(self) -> bool:
        return self.send_at is not None or bool(self.local_time)


@dataclass(frozen=True)
class Plan:
    """When a campaign starts, and how it leaves, as far as a request says it.

    `each_clock`: the time counts on the clock of each person. It is spread over `spread_hours`, or
    `batch_people` get it every `batch_minutes`. What is not said stays as the draft has it.
    """

    time: Time
    each_clock: bool = False
    latest_hours: int | None = None
    spread_hours: int | None = None
    batch_people: int | None = None
    batch_minutes: int | None = None


@dataclass(frozen=True)
class Agreement:
    """What is agreed to: the highest price in 1/10,000, and that a service text is no promotion."""

    price: int
    service: bool = False


def begin(
    key: ApiKey, campaign: Campaign, plan: Plan, agreed: Agreement, once: Once | None
) -> None:
    """Launch a draft: at once, or at the time of the plan or of the draft.

    Raises LaunchError, TimeRefused, and what `idempotency.begin` raises.
    """
    by = key.created_by if agreed.service else ""
    with transaction() as session:
        idempotency.begin(session, once)
        db.session.refresh(campaign, with_for_update=True)
        if campaign.status != CampaignStatus.DRAFT:
            raise LaunchError(LaunchProblem.NOT_DRAFT)
        _write(campaign, plan)
        if campaign.planned_time:
            everybody = audience.count(campaign)
            schedule.schedule(campaign, agreed.price, service_confirmed_by=by, reviewed=everybody)
        else:
            launch.launch(campaign, agreed.price, service_confirmed_by=by)
        _finish(campaign, once)


def move(campaign: Campaign, time: Time, once: Once | None) -> None:
    """Start a planned campaign at another time; nothing else changes.

    Raises LaunchError, TimeRefused, and what `idempotency.begin` raises.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        db.session.refresh(campaign, with_for_update=True)
        if campaign.status != CampaignStatus.SCHEDULED:
            raise LaunchError(LaunchProblem.NOT_RUNNING)
        if campaign.each_clock and time.send_at is not None:
            raise TimeRefused(
                TimeRefusal.UNCLEAR,
                "send_at",
                "It leaves by the clock of each person: send local_time.",
            )
        planned_time, zone = _on_clock(campaign, time)
        schedule.move(campaign, planned_time, campaign.planned_time, zone)
        _finish(campaign, once)


def start_now(campaign: Campaign, once: Once | None) -> None:
    """Start a planned campaign, or one that could not start, for the price that was agreed to.

    Raises LaunchError, and what `idempotency.begin` raises.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        schedule.start_now(campaign)
        _finish(campaign, once)


def _finish(campaign: Campaign, once: Once | None) -> None:
    idempotency.finish(db.session(), once, f"{RESULT}:{campaign.id}")


def _write(campaign: Campaign, plan: Plan) -> None:
    """Note a plan in a draft that is locked. Raises TimeRefused."""
    _check(plan)
    leaves = departure.of(campaign)
    if plan.time:
        drafts.plan(campaign, *_on_clock(campaign, plan.time))
        leaves = replace(leaves, each_clock=plan.each_clock)
    if plan.latest_hours is not None:
        campaign.latest_hours = plan.latest_hours
    if plan.spread_hours is not None or plan.batch_people is not None:
        leaves = replace(
            leaves,
            hours=plan.spread_hours or 0,
            size=plan.batch_people or 0,
            minutes=plan.batch_minutes or 0,
        )
    db.session.flush()
    departure.choose(campaign, leaves)


def _check(plan: Plan) -> None:
    """Raise TimeRefused for members that contradict each other, or lack another one."""
    if plan.each_clock and not plan.time.local_time:
        _unclear("each_clock", "It counts for a local_time: a moment is the same for all.")
    if plan.latest_hours is not None and not plan.time:
        _unclear("latest_hours", "It is counted from a time: send one, or leave it out.")
    if plan.spread_hours is not None and plan.batch_people is not None:
        _unclear("spread_hours", "Send hours or batches, not both.")
    if (plan.batch_people is None) != (plan.batch_minutes is None):
        missing = "batch_people" if plan.batch_people is None else "batch_minutes"
        _unclear(missing, "A batch needs both: its people, and the minutes until the next one.")


def _on_clock(campaign: Campaign, time: Time) -> tuple[str, str]:
    """The time on a clock, and the zone of this clock, that is meant. Raises TimeRefused."""
    if bool(time.local_time) == (time.send_at is not None):
        _unclear("local_time", "Send one of both: send_at or local_time.")
    zone = schedule.zone_named(db.session.get_one(Account, campaign.account_id).timezone)
    member = "local_time" if time.local_time else "send_at"
    try:
        if time.send_at is not None:
            return _clock_of(time.send_at, zone)
        wall = datetime.fromisoformat(time.local_time)
        schedule.moment_of(wall, zone)
    except schedule.TimeOver as error:
        raise TimeRefused(TimeRefusal.OVER, member) from error
    except schedule.TimeTooFar as error:
        days = schedule.FURTHEST.days
        raise TimeRefused(TimeRefusal.TOO_FAR, member, days=days) from error
    except wall_clock.NoSuchTime as gap:
        beside = {"before": _written(gap.before), "after": _written(gap.after)}
        raise TimeRefused(TimeRefusal.NO_SUCH_TIME, member, **beside) from gap
    except ValueError as error:  # 30 February
        raise TimeRefused(TimeRefusal.NO_SUCH_TIME, member) from error
    return _written(wall), zone.key


def _clock_of(send_at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """A moment, never earlier, on the clocks of a zone.

    The second of two hours with the same name is not said on them, but in UTC.
    """
    schedule.check_moment(send_at)
    begun = send_at.astimezone(UTC)
    at = begun.replace(second=0, microsecond=0)
    at += MINUTE if at < begun else timedelta()
    wall = at.astimezone(zone).replace(tzinfo=None, fold=0)
    if wall_clock.moment(wall, zone) == at:
        return _written(wall), zone.key
    return _written(at), "UTC"


def _written(wall: datetime) -> str:
    return wall.strftime(wall_clock.FORM)


def _unclear(member: str, detail: str) -> None:
    raise TimeRefused(TimeRefusal.UNCLEAR, member, detail)
