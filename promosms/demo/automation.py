"""The automation of the demo account: wishes on birthdays, switched on some days ago."""

from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from promosms.demo import past
from promosms.models import Account, Automation, Trigger, now
from promosms.services.automations import automations, days, forecast, run
from promosms.services.automations.automations import When
from promosms.services.campaigns import audience, drafts
from promosms.services.campaigns.drafts import Draft

AGO = (2, 1)  # the days on which it has texted people
WHEN = When(Trigger.BIRTHDAY, clock="10:00", month_limit=200_000)
DRAFT = Draft(
    name="Birthday wishes",
    text="Happy birthday, {first_name|dear guest}! Tea and cake are on us this week: "
    "just show this text in the studio.",
)


def seed(session: Session, account: Account, draft: Draft) -> None:
    """Switch it on as its review does, and text those of the last days; part of a transaction."""
    random = Random("birthdays")
    automation = automations.create(account, WHEN, draft, key="")
    prototype = automations.prototype_of(automation)
    price = forecast.of(automation).most
    automations.switch_on(automation, price, drafts.stamp(prototype))
    for ago in AGO:
        _text(session, automation, ago, random)
    automation.created_at = automation.switched_on_at = now() - timedelta(days=max(AGO) + 1)


def _text(session: Session, automation: Automation, ago: int, random: Random) -> None:
    zone = automations.zone_of(automation)
    day = now().astimezone(zone).date() - timedelta(days=ago)
    prototype = automations.prototype_of(automation)
    estimate = audience.estimate(run.campaign_of(automation, prototype, day))
    campaign = run.launch_for(session, automation, day, estimate)
    past.end(session, campaign, days.begins(automation, day, zone), random)
