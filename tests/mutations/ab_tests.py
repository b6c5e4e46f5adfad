"""Mutations of rules about A/B tests."""

from tests.mutations.mutation import SERVICES, Mutation

_PARTS = f"{SERVICES}campaigns/ab_parts.py"
_TESTS = f"{SERVICES}campaigns/ab_tests.py"
_DECISIONS = f"{SERVICES}campaigns/ab_decisions.py"
_CAMPAIGNS = f"{SERVICES}campaigns/campaigns.py"
_LAUNCH = f"{SERVICES}campaigns/launch.py"
_RUN = "tests/services/sending/test_ab_tests.py"
_DRAFTS = "tests/services/campaigns/test_ab_tests.py"
AB_TESTS = (
    Mutation(_PARTS, "[mine, ~has_another.correlate(Recipient)]", "[mine]", _RUN),
    Mutation(_PARTS, "~half & self._up_to(self.percent)", "self._up_to(self.percent)", _DRAFTS),
    Mutation(_TESTS, "self.b.value > self.a.value", "self.b.value >= self.a.value", _RUN),
    Mutation(_TESTS, "max(left) + timedelta", "min(left) + timedelta", _RUN),
    Mutation(_TESTS, "len(left) == len(AbText)", "left", _RUN),
    Mutation(_TESTS, "    if test.better:\n        return\n", "", _RUN),
    Mutation(_TESTS, "campaign.agreed_price -= test.a_price + test.b_price", "pass", _RUN),
    Mutation(_TESTS, "test is not None and campaign.status == CampaignStatus.DRAFT", "test", _RUN),
    Mutation(
        _TESTS, "responses.number(responses.replied(part))", "responses.of(part).replied", _RUN
    ),
    Mutation(_CAMPAIGNS, "return now() >= start +", "return now() > start +", _RUN),
    Mutation(_LAUNCH, "begins and agreed_price > ", "False and agreed_price > ", _DRAFTS),
    Mutation(_DECISIONS, "at is None or at > now()", "at is None", _RUN),
    Mutation(_DECISIONS, "ab_tests.stopped(test):", "False:", _RUN),
)
