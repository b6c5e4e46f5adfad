"""Mutations of the second yes: who may say it, to what, and where it is required."""

from tests.mutations.mutation import SERVICES, Mutation

_CAMPAIGNS = f"{SERVICES}campaigns/"
_YES = f"{_CAMPAIGNS}second_yes.py"
_REQUESTS = f"{_CAMPAIGNS}yes_requests.py"
_TEST = "tests/services/campaigns/test_second_yes.py"
_PAGES = "tests/views/campaigns/test_second_yes.py"
SECOND_YES = (
    Mutation(_YES, "price > above", "price >= above", _TEST),
    Mutation(_YES, "        or by not in may\n", "", _TEST),
    Mutation(_YES, "        or request.asked_by == by\n", "", _TEST),
    Mutation(_YES, "        or request.state != YesState.ASKED\n", "", _TEST),
    Mutation(_YES, "any(user.public_id == request.asked_by for user in may)", "True", _TEST),
    Mutation(_YES, "request.about == reviewed.digest(campaign)", "True", _TEST),
    Mutation(_YES, "        User.password_hash.is_not(None),\n", "", _TEST),
    Mutation(_YES, "        User.role.in_(rights.roles_with(Right.SEND)),\n", "", _TEST),
    Mutation(_YES, "    request.price = price\n", "", _TEST),
    Mutation(_YES, "        if after != before:", "        if True:", _TEST),
    Mutation(_REQUESTS, "if user.public_id != by]", "]", _TEST),
    Mutation(_REQUESTS, "        if request.asked_by == by:", "        if False:", _TEST),
    Mutation(_REQUESTS, "        if request.asked_by != by:", "        if False:", _TEST),
    Mutation(
        _REQUESTS,
        'request.decided_by, request.decided_at, request.why = "", None, ""',
        "request.decided_at = None",
        _TEST,
    ),
    Mutation(_REQUESTS, "        _check(session, campaign, by, price)\n", "", _TEST),
    Mutation(
        f"{_CAMPAIGNS}reviewed.py",
        "        dataclasses.astuple(departure.of(campaign)),\n",
        "",
        _TEST,
    ),
    Mutation(
        f"{_CAMPAIGNS}reviewed.py",
        "        dataclasses.astuple(test) if test else None,\n",
        "",
        _TEST,
    ),
    Mutation(
        f"{_CAMPAIGNS}reviewed.py",
        "campaign.total_price if campaign.status == CampaignStatus.BLOCKED else None",
        "None",
        _TEST,
    ),
    Mutation(f"{_CAMPAIGNS}reviewed.py", '{"name": "", "follow_up": None}', "{}", _TEST),
    Mutation(
        f"{_CAMPAIGNS}launch.py",
        "            second_yes.require(session, campaign, agreed_price, by)\n",
        "            pass\n",
        _TEST,
    ),
    Mutation(
        f"{_CAMPAIGNS}launch.py",
        "if campaign.total_price > campaign.agreed_price:",
        "if True:",
        _TEST,
    ),
    Mutation(
        f"{_CAMPAIGNS}launch.py",
        "if campaign.total_price > campaign.agreed_price:",
        "if False:",
        _TEST,
    ),
    Mutation(
        f"{_CAMPAIGNS}schedule.py",
        "        second_yes.require(session, campaign, agreed_price, by)\n",
        "",
        _TEST,
    ),
    Mutation(
        "promosms/views/campaigns/yes_standing.py", " and has(Right.SEND)", "", _PAGES, "postgresql"
    ),
    Mutation(
        f"{_CAMPAIGNS}launch.py",
        "        require_same(session, campaign, seen)\n",
        "",
        "tests/views/campaigns/test_send.py",
        "postgresql",
    ),
    Mutation(
        f"{_CAMPAIGNS}schedule.py",
        "        require_same(session, campaign, seen)\n",
        "",
        "tests/views/campaigns/test_send.py",
        "postgresql",
    ),
    Mutation("promosms/forms/limits.py", "if self.people < 2:", "if False:", _PAGES, "postgresql"),
)
