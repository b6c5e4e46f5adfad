"""Which campaigns quiet hours bind, and what they mean for one that is to start.

`holding.py` judges them at the claim, which is when a text is handed over.
"""

from collections.abc import Sequence
from datetime import datetime

from promosms.models import Campaign, CampaignKind
from promosms.services.installation import defaults
from promosms.settings import settings
from promosms.sms import quiet_hours
from promosms.sms.quiet_hours import rules


def bind(campaign: Campaign) -> bool:
    """Do quiet hours bind a campaign? The simulator disturbs nobody."""
    promotional = campaign.kind == CampaignKind.PROMOTIONAL
    return promotional and settings.quiet_hours and not defaults.simulator_only()


def forecast(campaign: Campaign, countries: Sequence[str], at: datetime) -> dict[str, datetime]:
    """The countries that are closed at this moment, and when their first number may be texted."""
    if not bind(campaign):
        return {}
    wide = campaign.wide_hours
    openings = {country: quiet_hours.earliest([country], at, wide=wide) for country in countries}
    return {country: opening for country, opening in openings.items() if opening}


def advised(campaign: Campaign, countries: Sequence[str]) -> list[str]:
    """The countries where a campaign keeps hours that are only advice, so it may leave later."""
    return [country for country in countries if rules.is_advice(country)] if bind(campaign) else []


def disturbs(campaign: Campaign, countries: Sequence[str], at: datetime) -> list[str]:
    """The countries where a service text would come at night: it is sent all the same."""
    if campaign.kind != CampaignKind.SERVICE:
        return []
    return [country for country in countries if quiet_hours.at_night(country, at)]
