"""Mutations of rules about automations: each once, on its day, for the price that was agreed."""

from tests.mutations.mutation import SERVICES, Mutation

_RUN, _DAYS = f"{SERVICES}automations/run.py", f"{SERVICES}automations/days.py"
_PROBLEMS = f"{SERVICES}automations/problems.py"
_FORECAST = f"{SERVICES}automations/forecast.py"
_OCCASIONS = f"{SERVICES}campaigns/occasions.py"
_CLAIMS = f"{SERVICES}sending/claiming.py"
_RUNS, _PAUSES = (f"tests/services/automations/test_{name}.py" for name in ("run", "pausing"))
_AHEAD = "tests/services/automations/test_forecast.py"
# The one test, because the next ones would never end.
_NEXT = "tests/services/automations/test_days.py::test_the_next_look_is_later_than_now"
AUTOMATIONS = (
    Mutation(_RUN, "estimate.dearest > automation.agreed_price", "False", _PAUSES),
    Mutation(_RUN, "costs.this_month(automation) + estimate.total", "estimate.total", _PAUSES),
    Mutation(_RUN, "if estimate.total > balance", "if False", _PAUSES),
    Mutation(_RUN, "begun and moment < days.closes(day, zone)", "begun", _RUNS),
    Mutation(_RUN, "Campaign.ends_at <= now()", "Campaign.ends_at <= now() - days.DAY", _RUNS),
    Mutation(_RUN, "automation.next_at != plan.seen:", "False:", _RUNS),
    Mutation(_DAYS, "at if at > after else", "at if at >= after else", _NEXT),
    Mutation(_PROBLEMS, "chosen_now(prototype) < automation.chosen", "False", _PAUSES),
    Mutation(_FORECAST, " if in_time else 0", "", _AHEAD),
    Mutation(_OCCASIONS, "found.append(~self._had())", "pass", _RUNS),
    Mutation(_OCCASIONS, "RecipientActivity.texted_at > Campaign.ends_at", "true()", _RUNS),
    Mutation(_CLAIMS, "campaign.ends_at > now()", "True", _RUNS),
)
