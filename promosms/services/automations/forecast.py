"""The forecast of an automation: whom it would text today and in the next days, and the cost."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func

from promosms.extensions import db
from promosms.models import Account, Automation, Campaign, Recipient, Trigger, now
from promosms.services.automations import days, problems, run
from promosms.services.automations.automations import prototype_of, zone_of
from promosms.services.campaigns import addressed, audience, text_cost
from promosms.services.campaigns.estimates import Estimate, MessageDraft
from promosms.services.campaigns.occasions import Occasion
from promosms.services.senders import answerable

AHEAD = 30
EXAMPLES = 2


@dataclass(frozen=True)
class Forecast:
    """Money in 1/10,000. `everybody` is the whole audience, whenever the day of each is.

    `today` and `ahead` count from the next time on at which it looks: who has had their hour today
    when it is switched on is not texted.

    `most` is the highest price of a text, which is agreed to. `joined` is how many have joined the
    list within the last days; None for other triggers. `month` is what about a month would cost.
    """

    everybody: Estimate
    examples: list[MessageDraft]
    most: int
    today: int
    ahead: int
    joined: int | None
    month: int
    begins: datetime
    reason: str
    """Why it cannot be switched on; empty if it can."""


def of(automation: Automation) -> Forecast:
    """Read the whole audience, and look at the days to come."""
    prototype, zone = prototype_of(automation), zone_of(automation)
    moment = now()
    day = days.next_begin(automation, moment, zone).astimezone(zone).date()
    in_time = day == moment.astimezone(zone).date()
    everybody = audience.estimate(prototype)
    page = next(audience.read_pages(prototype), [])
    ahead = _ahead(automation, prototype, day, everybody)
    joined = None
    if automation.trigger == Trigger.JOINED:
        start = day + timedelta(days=automation.days - AHEAD + 1)
        joined = _people(automation, prototype, start, AHEAD - 1)
    most = max(everybody.dearest, _at_home(prototype))
    each = everybody.total / everybody.recipients if everybody.recipients else most
    return Forecast(
        everybody=everybody,
        examples=[draft for draft in page if not draft.reason][:EXAMPLES],
        most=most,
        today=_today(automation, prototype, day, everybody) if in_time else 0,
        ahead=ahead,
        joined=joined,
        month=round(each * (ahead if joined is None else joined)),
        begins=days.first(automation, moment, zone),
        reason=problems.why_not(db.session(), automation, prototype),
    )


def _today(automation: Automation, prototype: Campaign, day: date, everybody: Estimate) -> int:
    if not days.is_one(automation, day):
        return 0
    if automation.trigger in (Trigger.WEEKLY, Trigger.MONTHLY):
        return everybody.recipients
    return _people(automation, prototype, day, 0)


def _ahead(automation: Automation, prototype: Campaign, day: date, everybody: Estimate) -> int:
    """How many texts in so many days, this day is the first of them."""
    if automation.trigger in (Trigger.WEEKLY, Trigger.MONTHLY):
        own = days.between(automation, day, day + AHEAD * days.DAY)
        return everybody.recipients * len(list(own))
    return _people(automation, prototype, day, AHEAD - 1)


def _people(automation: Automation, prototype: Campaign, day: date, more: int) -> int:
    """How many people have their occasion on this day, or on one of those after it."""
    campaign = run.campaign_of(automation, prototype, day)
    to = replace(
        addressed.of(prototype), occasion=Occasion(automation, day, campaign, more)
    ).select(func.count(Recipient.id))
    return db.session.scalar(to.where(audience.gets(prototype.kind))) or 0


def _at_home(prototype: Campaign) -> int:
    """The price of the longest text at home; 0 without one. A new list has nobody on it yet."""
    account = db.session.get_one(Account, prototype.account_id)
    line = prototype.opt_out_line
    cost = text_cost.text_cost(
        account,
        prototype.text,
        opt_out_line=line and answerable.can_answer(prototype),
        opt_out_link=answerable.has_link(prototype),
        language=prototype.language,
        short_links=prototype.short_links,
        route_id=prototype.route_id,
    )
    return (cost.part_price or 0) * cost.longest_parts
