"""Mutations of rules about consent: who has none is not texted, and what proves one stays."""

from tests.mutations.mutation import SERVICES, Mutation

_ACTS, _ROWS = f"{SERVICES}recipients/consents.py", f"{SERVICES}imports/row_consents.py"
_OPT_OUTS = f"{SERVICES}sending/opt_outs.py"
_LEFT_OUT = f"{SERVICES}sending/left_out.py"
_MANY, _ROW = "tests/services/bulk_actions", "tests/services/imports"
_IMPORTS = f"{_ROW}/test_consent_columns.py {_ROW}/test_files_of_ours.py"
_SENDING = "tests/services/sending/test_withdrawn_consent.py"
_SKIPPED = "tests/services/sending/test_who_is_skipped.py"
CONSENTS = (
    Mutation(_ACTS, "RECIPIENTS.c.account_id == account_id, *none", "*none", _MANY),
    Mutation(
        _ACTS,
        "among(RECIPIENTS.c.id), RECIPIENTS.c.consent == Consent.NONE\n",
        "(among(RECIPIENTS.c.id),)\n",
        _MANY,
    ),
    Mutation(_ACTS, "    if not basis.given:\n", "    if False:\n", _MANY),
    Mutation(
        _ACTS, "time(), UTC) - _EAST", "time(), UTC)", "tests/services/recipients/test_consents.py"
    ),
    Mutation(_ACTS, "ACTS.c.import_id == running.id, ACTS", "ACTS", _IMPORTS),
    Mutation(
        _ACTS,
        "basis.columns() != before or ",
        "",
        "tests/views/recipients tests/services/recipients",
    ),
    Mutation(
        _ACTS,
        "    own = query.where(ACTS.c.how.in_(OF_ONE)) if alone else query",
        "    own = query",
        "tests/services/privacy",
    ),
    Mutation(
        _ROWS, 'if existing["consent"] == Consent.GIVEN and not said_here:', "if False:", _IMPORTS
    ),
    Mutation(_ROWS, "entry.evidence[1] if entry.evidence else self.day", "self.day", _IMPORTS),
    Mutation(_ROWS, 'existing["withdrawn_at"] >= consents', "not consents", _IMPORTS),
    Mutation(
        _LEFT_OUT,
        "coalesce(suppressed_by(), literal_column(with_number)",
        "coalesce(literal_column(with_number)",
        _SENDING,
    ),
    Mutation(
        _LEFT_OUT,
        ' WHERE recipients.account_id = messages.account_id"\n        " AND recipients.phone',
        " WHERE recipients.phone",
        _SKIPPED,
    ),
    Mutation(
        _LEFT_OUT,
        ' WHERE suppressions.account_id = messages.account_id"\n        " AND suppressions.phone',
        " WHERE suppressions.phone",
        _SKIPPED,
    ),
    Mutation(
        _OPT_OUTS,
        "skip_texts(session, and_(condition, promotions), NO_CONSENT)",
        "len(str(promotions))",
        _SENDING,
    ),
)
