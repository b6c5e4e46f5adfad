"""Scheduled campaigns: when they start, their start by the tick, and what asks the user first.

The time on the clock counts: it is kept with the zone in which it was meant, and read again before
the start. So a campaign starts at ten also if the rules of the zone have changed meanwhile; and
another time zone of the account does not move it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, select

from promosms import logs
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import wall_clock
from promosms.models import Account, Campaign, CampaignStatus, now
from promosms.services.campaigns import ab_tests, audience, launch, second_yes
from promosms.services.campaigns.estimates import Place
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.campaigns.reviewed import require_same
from promosms.services.mail import emails, notify
from promosms.services.recipients import detail_names
from promosms.services.sending import own_clocks

log = logs.get(__name__)

AHEAD = timedelta(days=1)  # clocks do not change by more
FURTHEST = timedelta(days=366)
LATEST = (1, 3, 6, 12, 24, 72)
"""Hours that can be chosen as the greatest delay."""


class TimeOver(Exception):
    """This time has passed."""


class TimeTooFar(Exception):
    """This time is more than `FURTHEST` ahead."""


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a time on the clocks of a zone, if a campaign can be planned for it.

    Raises NoSuchTime, TimeOver and TimeTooFar.
    """
    here = now().astimezone(zone).replace(tzinfo=None)
    # The first and the last day of all calendars are no moment in every zone.
    if wall < here - AHEAD:
        raise TimeOver
    if wall > here + FURTHEST + AHEAD:
        raise TimeTooFar
    at = wall_clock.exact(wall, zone)
    check_moment(at)
    return at


def check_moment(at: datetime) -> None:
    """Raise TimeOver or TimeTooFar for a moment for which no campaign can be planned."""
    if at <= now():
        raise TimeOver
    if at > now() + FURTHEST:
        raise TimeTooFar


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name; UTC for one that is not known (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def planned(campaign: Campaign) -> datetime | None:
    """The moment for which a campaign is planned; None if it starts when it is sent.

    If it leaves by the clock of each person, that is when it starts in the first zone; of a draft,
    when the clocks of the account show its time.
    """
    if not campaign.planned_time:
        return None
    return wall_clock.moment(wall(campaign), zone_named(_starts_in(campaign)))


def starts_at(campaign: Campaign, places: Iterable[Place] | None = None) -> datetime | None:
    """The moment at which a draft would start for those who get it now; None: when it is sent.

    `places` are where these people are, if that is known.
    """
    if not campaign.planned_time:
        return None
    zone = _first_zone(campaign, places)
    return wall_clock.moment(wall(campaign), zone_named(zone))


def comes_twice(campaign: Campaign) -> bool:
    """Do the clocks show its time twice in that night? It starts at the first one."""
    zone = zone_named(_starts_in(campaign))
    return bool(campaign.planned_time) and wall_clock.comes_twice(wall(campaign), zone)


def wall(campaign: Campaign) -> datetime:
    """The time on the clock at which it is to start, without a zone."""
    return datetime.fromisoformat(campaign.planned_time)


def _starts_in(campaign: Campaign) -> str:
    return (campaign.each_clock and campaign.first_zone) or campaign.planned_zone


def _first_zone(campaign: Campaign, places: Iterable[Place] | None = None) -> str:
    """The zone in which it starts: that of the account, or the first one of the recipients."""
    if not campaign.each_clock:
        return campaign.planned_zone
    found = audience.places(campaign) if places is None else places
    zones = {zones for _country, zones in found}
    return own_clocks.first_zone(campaign.planned_time, zones) or campaign.planned_zone


def schedule(
    campaign: Campaign,
    agreed_price: int,
    *,
    as_it_stands: bool = False,
    service_confirmed_by: str = "",
    reviewed: int = 0,
    by: str = "",
    seen: str = "",
) -> None:
    """Agree to a draft and its price (1/10,000); the tick starts it when its time comes.

    Nothing is held before that. `by` and `seen` are as in `launch`. Raises
    LaunchError as `launch` does, and for a time that has passed while the review was read.
    """
    zone = _first_zone(campaign)
    at = wall_clock.moment(wall(campaign), zone_named(zone)) if campaign.planned_time else None
    if at is None or at <= now():
        raise LaunchError(LaunchProblem.TIME_PASSED)
    with transaction() as session:
        require_same(session, campaign, seen)
        confirmed_by, draft = service_confirmed_by, CampaignStatus.DRAFT
        launch.check(session, campaign, draft, as_it_stands=as_it_stands, confirmed_by=confirmed_by)
        launch.check_limits(session, campaign.account_id, agreed_price, month=False)
        second_yes.require(session, campaign, agreed_price, by)
        launch.set_status(
            session,
            campaign,
            [draft],
            CampaignStatus.SCHEDULED,
            LaunchProblem.NOT_DRAFT,
            send_at=at,
            first_zone=zone if campaign.each_clock else "",
            agreed_price=agreed_price,
            audience=reviewed,
            not_started="",
            **launch.confirmation(campaign, confirmed_by),
        )


def edit(campaign: Campaign) -> None:
    """Make a draft again of a campaign that has not started; it keeps its time.

    Raises LaunchError when it has started.
    """
    _check_waits(campaign)
    test = ab_tests.of(campaign)
    if test is not None and test.begun_at is not None:
        raise LaunchError(LaunchProblem.NOT_RUNNING)
    with transaction() as session:
        launch.set_status(
            session,
            campaign,
            [CampaignStatus(campaign.status)],
            CampaignStatus.DRAFT,
            send_at=None,
            first_zone="",
            launched_at=None,
            agreed_price=0,
            audience=0,
            not_started="",
            service_confirmed_by="",
            service_confirmed_at=None,
        )


def move(campaign: Campaign, planned_time: str, seen: str, zone: str = "") -> None:
    """Start a scheduled campaign at another time, on the same clocks; nothing else changes.

    With `zone` it is a time on the clocks there. `seen` is the time (`Campaign.planned_time`) that
    its page showed. The price that was agreed to is looked at when it starts, as for all. Raises
    LaunchError: also for a page that is out of date, and for a time that has passed. A second
    click finds itself done.
    """
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        place = zone or campaign.planned_zone
        moved = (campaign.planned_time, campaign.planned_zone) == (planned_time, place)
        if campaign.status != CampaignStatus.SCHEDULED or not (
            moved or campaign.planned_time == seen
        ):
            raise LaunchError(LaunchProblem.NOT_RUNNING)
        if moved:
            return
        by = campaign.service_confirmed_by
        launch.check(
            session, campaign, CampaignStatus.SCHEDULED, as_it_stands=True, confirmed_by=by
        )
        launch.check_limits(session, campaign.account_id, campaign.agreed_price, month=False)
        campaign.planned_time, campaign.planned_zone = planned_time, place
        campaign.updated_at = now()
        first = _first_zone(campaign)
        campaign.first_zone = first if campaign.each_clock else ""
        campaign.send_at = wall_clock.moment(wall(campaign), zone_named(first))
        if campaign.send_at <= now():
            raise LaunchError(LaunchProblem.TIME_PASSED)


def start_now(campaign: Campaign) -> None:
    """Start a campaign that is scheduled, or that could not start, for the agreed price.

    It waits for nobody's clock then. Raises LaunchError.
    """
    _check_waits(campaign)
    before = CampaignStatus(campaign.status)
    launch_as_agreed(campaign, before, send_at=None, not_started="", each_clock=False)


def waits_to_start(campaign: Campaign) -> bool:
    """Is it scheduled, or could it not start by itself?"""
    if campaign.status == CampaignStatus.BLOCKED:
        return bool(campaign.not_started)
    return campaign.status == CampaignStatus.SCHEDULED


def is_late(campaign: Campaign) -> bool:
    """Is it too late for a campaign to start without asking?"""
    if campaign.send_at is None:
        return False
    return now() > campaign.send_at + timedelta(hours=campaign.latest_hours)


def start_due() -> list[int]:
    """Start the scheduled campaigns whose time has come; returns the ids of those that started.

    One that cannot start asks its owner. Two of these at once start a campaign once.
    """
    query = select(Campaign).where(
        Campaign.status == CampaignStatus.SCHEDULED, Campaign.send_at <= now() + AHEAD
    )
    started: list[int] = []
    for campaign in db.session.scalars(query.order_by(Campaign.send_at, Campaign.id)).all():
        at = planned(campaign)
        if at is not None and at != campaign.send_at:
            _correct(campaign, at)
        if campaign.send_at is not None and campaign.send_at <= now() and start(campaign):
            started.append(campaign.id)
    return started


def start(campaign: Campaign) -> bool:
    """Start a scheduled campaign, or ask its owner; returns whether it started."""
    try:
        if is_late(campaign):
            raise LaunchError(LaunchProblem.LATE)
        launch_as_agreed(campaign, CampaignStatus.SCHEDULED, only_if=_due())
    except LaunchError as error:
        if error.code != LaunchProblem.NOT_DRAFT:  # else it was started, cancelled or edited
            ask(campaign, error.code)
        return False
    return True


def ask(
    campaign: Campaign,
    problem: LaunchProblem,
    before: CampaignStatus = CampaignStatus.SCHEDULED,
) -> bool:
    """Stop a campaign before its first message, and ask its owner what shall be done.

    False if it was started, moved, changed or cancelled meanwhile.
    """
    scheduled = before == CampaignStatus.SCHEDULED
    try:
        with transaction() as session:
            launch.set_status(
                session,
                campaign,
                [before],
                CampaignStatus.BLOCKED,
                LaunchProblem.NOT_RUNNING,
                _due() if scheduled else None,
                not_started=problem,
            )
            notify.tell_owner(
                campaign.account_id,
                lambda: emails.campaign_did_not_start(
                    detail_names.campaign_title(campaign), campaign.public_id
                ),
            )
    except LaunchError:
        return False
    log.info("schedule.not_started", extra={"campaign": campaign.id, "code": problem})
    return True


def upcoming(account: Account, most: int) -> list[Campaign]:
    """The next campaigns that are scheduled, the earliest first."""
    query = select(Campaign).where(
        Campaign.account_id == account.id, Campaign.status == CampaignStatus.SCHEDULED
    )
    return list(db.session.scalars(query.order_by(Campaign.send_at, Campaign.id).limit(most)))


def _due() -> ColumnElement[bool]:
    """Condition: its time has come, also if it was moved since it was read."""
    return Campaign.send_at <= now()


def launch_as_agreed(
    campaign: Campaign,
    before: CampaignStatus,
    only_if: ColumnElement[bool] | None = None,
    **values: object,
) -> None:
    """Launch a campaign for the price that was agreed to. Raises LaunchError.

    The text cannot have changed since then, so what was asked about it is not asked again.
    """
    launch.launch(
        campaign,
        campaign.agreed_price,
        as_it_stands=True,
        service_confirmed_by=campaign.service_confirmed_by,
        reviewed=campaign.audience,
        by=None,
        seen="",
        before=before,
        only_if=only_if,
        **values,
    )


def _correct(campaign: Campaign, at: datetime) -> None:
    """The rules of the zone have changed since it was scheduled."""
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        if campaign.status == CampaignStatus.SCHEDULED:
            campaign.send_at = at


def _check_waits(campaign: Campaign) -> None:
    db.session.refresh(campaign)
    if not waits_to_start(campaign):
        raise LaunchError(LaunchProblem.NOT_RUNNING)
