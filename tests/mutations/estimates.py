"""Mutations of the estimate of a large audience: what is counted, how far, and for how long."""

from tests.mutations.mutation import SERVICES, Mutation

_CAMPAIGNS = f"{SERVICES}campaigns/"
_ESTIMATING = f"{_CAMPAIGNS}estimating.py"
_ESTIMATES = f"{_CAMPAIGNS}estimates.py"
_TEST = "tests/services/campaigns/test_estimating.py"
_PAGES = "tests/views/campaigns/test_estimating.py"
ESTIMATES = (
    Mutation(_ESTIMATING, "if most <= SMALL:", "if True:", _TEST),
    Mutation(_ESTIMATING, "if not (any_age or _is_fresh(row)):", "if not any_age:", _TEST),
    Mutation(_ESTIMATING, "row.counted_at > now() - FRESH", "True", _TEST),
    Mutation(_ESTIMATING, "CampaignEstimate.claimed_at < now() - STALE_AFTER", "False", _TEST),
    Mutation(_ESTIMATING, "            CampaignEstimate.claimed_at.is_(None),\n", "", _TEST),
    Mutation(
        _ESTIMATING,
        "about == reviewed.digest_of_costs(campaign)",
        "True",
        _TEST,
    ),
    Mutation(_ESTIMATING, "or row.about != about or", "or", _TEST),
    Mutation(
        _ESTIMATING, "estimates.of_plain(done.pop()) if len(done) > number else None", "None", _TEST
    ),
    Mutation(_ESTIMATING, "cursor, only=parts[number].only", "0, only=parts[number].only", _TEST),
    Mutation(_ESTIMATING, "row.claimed_at = None if hand_over else now()", "pass", _TEST),
    Mutation(_ESTIMATING, "    if guests is not None:\n        return len(guests)\n", "", _TEST),
    Mutation(
        _ESTIMATES, '"longest": [longest.recipient_id, longest.parts]', '"longest": None', _TEST
    ),
    Mutation(_ESTIMATES, "        if self._by_clock:\n", "        if False:\n", _TEST),
    Mutation(
        f"{_CAMPAIGNS}launch.py", "        estimating.forget(session, campaign.id)\n", "", _TEST
    ),
    Mutation(
        f"{_CAMPAIGNS}reviewed.py", "[test.text_b, test.share] if test else None", "None", _TEST
    ),
    Mutation(f"{_CAMPAIGNS}reviewed.py", "departure.of(campaign).each_clock", "None", _TEST),
    Mutation(
        f"{_CAMPAIGNS}reviewed.py", "_draft(campaign) | NAMES | TIMES", "_draft(campaign)", _TEST
    ),
    Mutation(
        "promosms/views/campaigns/review.py",
        "any_age=bool(typed)",
        "any_age=False",
        _PAGES,
        "postgresql",
    ),
    Mutation(
        f"{_CAMPAIGNS}preparation.py",
        "campaign.n_queued > MANY",
        "campaign.n_queued >= MANY",
        "tests/services/sending/test_preparation.py",
        "postgresql",
    ),
)
