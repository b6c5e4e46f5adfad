"""Mutations of rules about what people did: who got, opened and answered a text."""

from tests.mutations.mutation import SERVICES, Mutation

_CAMPAIGNS = f"{SERVICES}campaigns/"
_FOLLOW_UPS, _BREAKDOWN = f"{_CAMPAIGNS}follow_ups.py", f"{_CAMPAIGNS}breakdown.py"
_WHO = "tests/services/campaigns/test_follow_ups.py"
_COUNTED = "tests/services/campaigns/test_breakdown.py"
RESPONSES = (
    Mutation(_FOLLOW_UPS, "        Link.campaign_id == Message.campaign_id,\n", "", _WHO),
    Mutation(_FOLLOW_UPS, "        person.phone == Message.phone,\n", "", _WHO),
    Mutation(
        _FOLLOW_UPS, "NOT_CLICKED and not _has_links(campaign)", "NOT_CLICKED and False", _WHO
    ),
    Mutation(_BREAKDOWN, "known = not campaigns.deleted(campaign)[0]", "known = True", _COUNTED),
    Mutation(_BREAKDOWN, "if campaigns.over(campaign):", "if False:", _COUNTED),
    Mutation(_BREAKDOWN, "members.c.phone == Message.phone", "Message.id > 0", _COUNTED),
)
