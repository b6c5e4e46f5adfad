"""What a review is about: the text of a draft, whom it is for, when it leaves and how."""

import dataclasses
import hashlib
import json

from promosms.models import Campaign, CampaignStatus
from promosms.services.campaigns import ab_tests, departure, drafts


def digest(campaign: Campaign) -> str:
    """The same as long as a campaign stays what it is; its name may change.

    Of one that waits for an agreement to a new price, this price is part of it.
    """
    draft = vars(drafts.read(campaign)) | {"name": "", "follow_up": None}
    test = ab_tests.chosen(campaign)
    said = [
        {
            name: sorted(value) if isinstance(value, list) else value
            for name, value in draft.items()
        },
        [campaign.follow_up_of, campaign.follow_up_kind, campaign.repeat_of],
        dataclasses.astuple(departure.of(campaign)),
        dataclasses.astuple(test) if test else None,
        campaign.total_price if campaign.status == CampaignStatus.BLOCKED else None,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
