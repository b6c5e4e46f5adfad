"""Mutations of rules about kinds of texts: what needs a consent, and what says how to opt out."""

from tests.mutations.mutation import SERVICES, Mutation

_CAMPAIGNS, _SENDING = f"{SERVICES}campaigns/", f"{SERVICES}sending/"
_AUDIENCE, _GROUPS = f"{_CAMPAIGNS}audience.py", f"{_CAMPAIGNS}live_groups.py"
_KINDS = "tests/services/campaigns/test_kinds.py"
_WORDS = "tests/sms/test_promotion_words.py"
KINDS = (
    Mutation(_AUDIENCE, "consent == Consent.GIVEN or not promotional", "not promotional", _KINDS),
    Mutation(_AUDIENCE, "consent == Consent.GIVEN or not promotional", "True", _KINDS),
    Mutation(
        _AUDIENCE, "consent == Consent.GIVEN or not promotional", "consent == Consent.GIVEN", _KINDS
    ),
    Mutation(
        _AUDIENCE, "if suppressed or not agreed or", "if (suppressed and promotional) or", _KINDS
    ),
    Mutation(_AUDIENCE, "if is_promotional(kind) else true()", "if True else true()", _KINDS),
    Mutation(
        _AUDIENCE, "Recipient.consent == Consent.GIVEN if is_prom", "true() if is_prom", _KINDS
    ),
    Mutation(_AUDIENCE, "and_(agreed, ~_suppressed())", "and_(agreed, true())", _KINDS),
    Mutation(_GROUPS, "consent == Consent.GIVEN or not is_promotional(kind)", "True", _KINDS),
    Mutation(
        _GROUPS,
        "consent == Consent.GIVEN or not is_promotional(kind)",
        "consent == Consent.GIVEN",
        _KINDS,
    ),
    Mutation(
        f"{_SENDING}claim_queries.py",
        "if kind is Kind.DIRECT or not promotional:",
        "if kind is Kind.DIRECT:",
        _KINDS,
    ),
    Mutation(
        f"{_SENDING}claim_queries.py",
        "if kind is Kind.DIRECT or not promotional:",
        "if True:",
        _KINDS,
    ),
    Mutation(
        f"{_SENDING}claim_queries.py",
        "        return left_out.suppressed_by()\n",
        "        return left_out.suppressed_by() if promotional else null()\n",
        _KINDS,
    ),
    Mutation(
        f"{_SENDING}opt_outs.py",
        ", ~of_service.exists())",
        ")",
        _KINDS,
    ),
    Mutation(
        f"{_CAMPAIGNS}kinds.py",
        "is_promotional(kind) and not opt_out_line and not keywords.says_way_out(text)",
        "False",
        _KINDS,
    ),
    Mutation(f"{_CAMPAIGNS}kinds.py", " and not keywords.says_way_out(text)", "", _KINDS),
    Mutation(
        f"{_CAMPAIGNS}launch.py",
        "(kind, text) and not confirmed_by:",
        "(kind, text) and False:",
        _KINDS,
    ),
    Mutation("promosms/sms/promotion_words.py", 'rf"(?<!\\w)(?:', 'rf"(?:', _WORDS),
    Mutation("promosms/sms/promotion_words.py", ')(?!\\w)"', ')"', _WORDS),
    Mutation(
        "promosms/sms/keywords/way_out.py",
        "_LINK.search(text) and ",
        "",
        "tests/sms/test_way_out.py",
    ),
)
