"""Mutations of rules about signing up."""

from tests.mutations.mutation import SERVICES, Mutation

_ASKING, _CONFIRMING = f"{SERVICES}sign_ups/asking.py", f"{SERVICES}sign_ups/confirming.py"
_TESTS, _PAGES = "tests/services/sign_ups", "tests/views/joining"
SIGN_UPS = (
    Mutation(_ASKING, "row.texted_at > moment - AGAIN or ", "", _TESTS),
    Mutation(_ASKING, " or _stopped(row)", "", _TESTS),
    Mutation(_ASKING, "row.texts >= MOST_TEXTS", "row.texts > MOST_TEXTS", _TESTS),
    Mutation(_ASKING, "form) >= form.daily_limit", "form) > form.daily_limit", _TESTS),
    Mutation(_ASKING, "price > account.balance", "price >= account.balance", _TESTS),
    Mutation(_ASKING, "account.status != AccountStatus.ACTIVE", "False", _TESTS),
    Mutation(_ASKING, "    ledger.hold_text(", "    len(", _TESTS),
    Mutation(_ASKING, 'text=text.words.replace("{secret}", DOTS)', "text=body", _TESTS),
    Mutation(_ASKING, "phone not in guests", "False", _TESTS),
    Mutation(_CONFIRMING, "tries=SignUp.tries + 1", "tries=SignUp.tries", _TESTS),
    Mutation(_CONFIRMING, "SignUp.tries < MOST_TRIES", "SignUp.tries <= MOST_TRIES", _TESTS),
    Mutation(_CONFIRMING, ", SignUp.expires_at > now()", "", _TESTS),
    Mutation(_CONFIRMING, "if row is None or row.code_hash != hashed:", "if False:", _TESTS),
    Mutation(_CONFIRMING, "if row.confirmed_at is not None:", "if False:", _TESTS),
    Mutation(_CONFIRMING, "form.closed_at is not None or ", "", _TESTS),
    Mutation(
        _CONFIRMING,
        "row.confirmed_at, row.phone, row.first_name = moment, None, ",
        "_, _, _ = moment, None, ",
        _TESTS,
    ),
    Mutation(
        f"{SERVICES}sign_ups/joining.py",
        "    lifted = opt_outs.lift(account_id, phone)",
        "    lifted = False",
        _TESTS,
    ),
    Mutation(
        f"{SERVICES}sign_ups/joining.py",
        "    if _stopped_since(session, account_id, phone, moment):",
        "    if False:",
        _TESTS,
    ),
    Mutation(f"{SERVICES}sign_ups/joining.py", "same and not again", "same", _TESTS),
    Mutation(
        f"{SERVICES}sign_ups/joining.py",
        "if name and not recipient.first_name and not recipient.last_name:",
        "if name:",
        _TESTS,
    ),
    Mutation(
        f"{SERVICES}privacy/purge_rows.py",
        "SignUp.texted_at < now() - SignUp.retention.limit",
        "SignUp.texted_at < now()",
        _TESTS,
    ),
    Mutation(f"{SERVICES}privacy/erase_recipient.py", ", opt_outs.WITH_SIGN_UPS", "", _TESTS),
    Mutation(
        "promosms/views/recipients/joining.py",
        "elif not form.read_again(shown):",
        "else:",
        _PAGES,
        "postgresql",
    ),
    Mutation(
        "promosms/views/recipients/joining.py",
        "if form.website.data:",
        "if False:",
        _PAGES,
        "postgresql",
    ),
    Mutation(_ASKING, "Message.created_at < now() - LIFETIME", "Message.id > 0", _TESTS),
)
