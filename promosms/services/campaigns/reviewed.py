"""What a review is about: the text of a draft, whom it is for, when it leaves and how."""

import dataclasses
import hashlib
import json

from sqlalchemy.orm import Session

from promosms.models import Campaign, CampaignStatus
from promosms.services.campaigns import ab_tests, departure, drafts
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem

NAMES = {"name": "", "follow_up": None}
TIMES = {"planned_time": "", "planned_zone": "", "latest_hours": 0}


def digest(campaign: Campaign) -> str:
    """The same as long as a campaign stays what it is; its name may change.

    Of one that waits for an agreement to a new price, this price is part of it.
    """
    test = ab_tests.chosen(campaign)
    return _hash(
        _draft(campaign) | NAMES,
        dataclasses.astuple(departure.of(campaign)),
        dataclasses.astuple(test) if test else None,
        campaign.total_price if campaign.status == CampaignStatus.BLOCKED else None,
    )


def digest_of_costs(campaign: Campaign) -> str:
    """The same as long as the estimate of a campaign is: when it leaves changes nothing."""
    test = ab_tests.chosen(campaign)
    return _hash(
        _draft(campaign) | NAMES | TIMES,
        departure.of(campaign).each_clock,
        [test.text_b, test.share] if test else None,
    )


def require_same(session: Session, campaign: Campaign, seen: str) -> None:
    """Lock a draft, and raise LaunchError if it is not any more what the digest `seen` is of.

    Without `seen` nothing is looked at.
    """
    if not seen:
        return
    session.refresh(campaign, with_for_update=True)
    if campaign.status == CampaignStatus.DRAFT and digest(campaign) != seen:
        raise LaunchError(LaunchProblem.CHANGED)


def _draft(campaign: Campaign) -> dict[str, object]:
    typed = vars(drafts.read(campaign))
    of_another = campaign.follow_up_of, campaign.follow_up_kind, campaign.repeat_of
    return {
        **{name: sorted(one) if isinstance(one, list) else one for name, one in typed.items()},
        "of_another": of_another,
    }


def _hash(*said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
