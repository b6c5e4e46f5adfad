"""Mutations of rules about segments: who is texted, and who is left out."""

from tests.mutations.mutation import SERVICES, Mutation

_FOLDER = f"{SERVICES}recipients/segments"
_QUERIES, _SAVED = f"{_FOLDER}/queries.py", f"{_FOLDER}/segments.py"
_CONDITIONS, _ADDRESSED = f"{_FOLDER}/conditions.py", f"{SERVICES}campaigns/addressed.py"
_WHO, _TESTS = "tests/services/recipients/segments/test_queries.py", "tests/services/recipients"
_CAMPAIGNS = "tests/services/campaigns tests/services/sending"
SEGMENTS = (
    Mutation(_QUERIES, "if chosen.match is Match.ALL", "if chosen.conditions", _WHO),
    Mutation(_QUERIES, "moment.astimezone(self.zone).date()", "moment.date()", _WHO),
    Mutation(_QUERIES, "time.min, self.zone)", "time.min, UTC)", _WHO),
    Mutation(
        _QUERIES, "timedelta(days=int(row.value) - 1)", "timedelta(days=int(row.value))", _WHO
    ),
    Mutation(_QUERIES, "midnight(day + timedelta(days=1))", "midnight(day)", _WHO),
    Mutation(
        _QUERIES, "Recipient.consent == Consent.GIVEN", "Recipient.consent_id.is_not(None)", _WHO
    ),
    Mutation(_QUERIES, 'State.HELD if test == "held" else ', "", _WHO),
    Mutation(
        _QUERIES,
        "RecipientList.account_id == calendar.account_id, RecipientList",
        "RecipientList",
        _WHO,
    ),
    Mutation(
        _QUERIES,
        "if list_id is None:\n        return false()",
        "if list_id is None:\n        return true()",
        _WHO,
    ),
    Mutation(_QUERIES, "if terms else false()", "if terms else true()", _WHO),
    Mutation(_QUERIES, "func.substr(text, 1, len(typed)) == typed", "_has(text, typed)", _WHO),
    Mutation(_CONDITIONS, 'if stored.get("version") != VERSION:', "if False:", _TESTS),
    Mutation(_CONDITIONS, "if not all(", "if not any(", _TESTS),
    Mutation(_SAVED, "            if campaign is not None:\n", "            if False:\n", _TESTS),
    Mutation(_SAVED, "_used_by(segment, CampaignStatus.UNFINISHED)", "None", _TESTS),
    Mutation(_SAVED, "    if set(found) != named:", "    if False:", _TESTS),
    Mutation(_ADDRESSED, "        if self.without:\n", "        if False:\n", _CAMPAIGNS),
    Mutation(_ADDRESSED, "self.chosen.condition(moment)", "self.chosen.condition()", _CAMPAIGNS),
    Mutation(_ADDRESSED, "self.without.condition(moment)", "self.without.condition()", _CAMPAIGNS),
    Mutation(
        _ADDRESSED,
        "in_segments if row[1] is left_out",
        "in_segments if not left_out",
        _CAMPAIGNS,
    ),
)
