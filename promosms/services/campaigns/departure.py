"""How a campaign leaves: by whose clock, and spread over which time; and when it is through."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, now
from promosms.services.campaigns import campaigns
from promosms.services.campaigns.drafts import NotDraft
from promosms.services.campaigns.estimates import Estimate
from promosms.services.sending import own_clocks, pace
from promosms.services.sending import quiet_hours as bound
from promosms.services.sending.pace import Pace
from promosms.sms import quiet_hours

MOST_HOURS = 72
MOST_MINUTES = 1440
VALIDITIES = (1, 3, 6, 12, 24, 48, 72)
"""Hours for which texts can be tried, beside as long as is usual."""
STEPS = 500
"""Steps in which the end is worked out, at most: it is said as "about"."""


@dataclass(frozen=True)
class Departure:
    """By whose clock, and spread how: over `hours`, `size` people every `minutes`, or neither.

    `wide`: on all days until night, where quiet hours are only advice. Each text is tried for
    `validity` hours, or as long as is usual.
    """

    each_clock: bool = False
    hours: int = 0
    size: int = 0
    minutes: int = 0
    wide: bool = False
    validity: int = 0


class Group(NamedTuple):
    """People who get a campaign from the same moment on, and their countries."""

    at: datetime
    people: int
    countries: Sequence[str]


def of(campaign: Campaign) -> Departure:
    """How a campaign leaves. Only one that is planned can leave by the clock of each person, and
    only one that quiet hours bind can leave at wider ones."""
    return Departure(
        each_clock=bool(campaign.each_clock and campaign.planned_time),
        hours=campaign.spread_hours,
        size=campaign.batch_size,
        minutes=campaign.batch_minutes,
        wide=campaign.wide_hours and bound.bind(campaign),
        validity=campaign.validity_hours,
    )


def choose(campaign: Campaign, departure: Departure) -> None:
    """Choose how a draft leaves. Raises NotDraft.

    The text and the people stay as they are, so a composer that is open elsewhere can still save.
    """
    with transaction():
        db.session.refresh(campaign, with_for_update=True)
        if campaign.status != CampaignStatus.DRAFT:
            raise NotDraft
        campaign.each_clock = departure.each_clock
        campaign.spread_hours = departure.hours
        campaign.batch_size, campaign.batch_minutes = departure.size, departure.minutes
        campaign.wide_hours, campaign.validity_hours = departure.wide, departure.validity


def pace_of(campaign: Campaign, number: int) -> Pace | None:
    """The pace of so many messages of a campaign; None if they leave at once."""
    if campaign.batch_size:
        return Pace(campaign.batch_size, campaign.batch_minutes * 60)
    return pace.over_hours(number, campaign.spread_hours) if campaign.spread_hours else None


def groups(campaign: Campaign, estimate: Estimate, start: datetime) -> list[Group]:
    """When people get a draft that leaves by their clocks, with quiet hours; else none."""
    keeps_hours = bound.bind(campaign)
    people: Counter[datetime] = Counter()
    countries: dict[datetime, set[str]] = {}
    for (country, zones), number in estimate.places.items():
        at = max(own_clocks.reached(campaign.planned_time, zones), start)
        if keeps_hours:
            at = quiet_hours.opens_in(country, zones, at, wide=campaign.wide_hours) or at
        people[at] += number
        countries.setdefault(at, set()).add(country)
    return [Group(at, people[at], sorted(countries[at])) for at in sorted(people)]


def through(campaign: Campaign, estimate: Estimate, start: datetime, last: datetime) -> datetime:
    """When a draft will be through, about; `last` is when the last of its groups may leave."""
    countries = [row.country for row in estimate.by_country] if bound.bind(campaign) else []
    rule = pace_of(campaign, estimate.recipients) if estimate.recipients else None
    opening = _opening(countries, wide=campaign.wide_hours)
    at = _last_batch(rule, estimate.recipients, start, opening) if rule else start
    takes = max(campaigns.duration(campaign, estimate.parts), timedelta(minutes=1))
    return _to_minute(max(at, last) + takes)


def rest_through(campaign: Campaign) -> datetime | None:
    """When a campaign that is being sent will be through, about; None if it is not spread."""
    if not campaign.pace_size or campaign.status != CampaignStatus.SENDING or not campaign.n_queued:
        return None
    rule = Pace(campaign.pace_size, campaign.pace_seconds)
    start = max(now(), campaign.held_until or now())
    opening = _opening(campaign.countries, wide=campaign.wide_hours)
    return _to_minute(_last_batch(rule, campaign.n_queued, start, opening))


def _last_batch(
    rule: Pace, number: int, start: datetime, opening: Callable[[datetime], datetime]
) -> datetime:
    """When the last batch may leave: what falls into quiet hours makes all that follows later."""
    at, left = opening(start), -(-number // rule.size) - 1
    step = max(1, left // STEPS)
    while left > 0:
        at = opening(at + timedelta(seconds=rule.seconds * min(step, left)))
        left -= step
    return at


def _opening(countries: Iterable[str], *, wide: bool) -> Callable[[datetime], datetime]:
    known = list(countries)
    return lambda at: (quiet_hours.earliest(known, at, wide=wide) or at) if known else at


def _to_minute(at: datetime) -> datetime:
    return (at + timedelta(seconds=59)).replace(second=0, microsecond=0)
