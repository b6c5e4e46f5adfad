"""Mutations of rules about opt-outs."""

from tests.mutations.mutation import SERVICES, Mutation

OPT_OUT = (
    Mutation(
        f"{SERVICES}inbox/senders.py",
        "return found[0] if one else None",
        "return found[0] if found else None",
        "tests/services/sending/test_unmatched.py",
    ),
    Mutation(
        f"{SERVICES}inbox/senders.py",
        "if kind == InboundKind.START:",
        "if False:",
        "tests/services/sending/test_unmatched.py",
    ),
    Mutation(
        f"{SERVICES}inbox/assignments.py",
        "if not count(session, change):",
        "if count(session, change) > 1:",
        "tests/services/sending/test_unmatched.py",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "    skip_waiting(session, account_id, [phone], reason_of(suppression.source))",
        "    pass",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "    skip_waiting(session, account_id, phones, OPTED_OUT)",
        "    pass",
        "tests/services/sending/test_who_is_skipped.py",
    ),
    Mutation(
        f"{SERVICES}sending/trial_numbers.py",
        "        Guest.confirmed_at.is_not(None),\n",
        "",
        "tests/services/accounts/test_trial.py",
    ),
    Mutation(
        f"{SERVICES}accounts/guests.py",
        "opt_outs.is_suppressed(account.id, number) or ",
        "",
        "tests/services/accounts/test_guests.py",
    ),
    Mutation(
        f"{SERVICES}imports/batch.py",
        "    if batch.opted_out and not _opt_out(import_id, position, batch.opted_out):",
        "    if False:",
        "tests/services/imports/test_consent_columns.py",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "STRENGTH[source] > STRENGTH[SuppressionSource(before)]",
        "False",
        "tests/services/sending tests/views/suppressions",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        " AND suppressions.phone = messages.phone",
        " AND suppressions.phone = ''",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}recipients/held_replies.py",
        "elif suppression is not None and suppression.source == SuppressionSource.HELD:",
        "elif suppression is not None:",
        "tests/services/sending/test_held_replies.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/audience.py",
        "if suppressed or consent",
        "if consent",
        "tests/services/campaigns tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}campaigns/audience.py",
        "or consent != Consent.GIVEN or price",
        "or price",
        "tests/services/campaigns tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}inbox/auto_replies.py",
        "Suppression.confirmed_at.is_(None),",
        "",
        "tests/services/sending",
    ),
    Mutation(
        "promosms/sms/keywords/words.py",
        "if unicodedata.category(char) not in",
        "if unicodedata.category(char) in",
        "tests/sms",
    ),
    Mutation(
        f"{SERVICES}imports/batch.py",
        "Suppression.account_id == account_id, one_of(",
        "one_of(",
        "tests/services/imports",
    ),
    Mutation(
        f"{SERVICES}imports/mending.py",
        "if batch.opted_out:",
        "if not batch:",
        "tests/services/imports",
    ),
    Mutation(
        f"{SERVICES}sending/claim_queries.py",
        "null() if kind is Kind.SINGLE else",
        "null() if without_campaign else",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "OF_ACCOUNT = or_(Message.campaign_id.is_not(None), Message.priority == Priority.DIRECT)",
        "OF_ACCOUNT = Message.campaign_id.is_not(None)",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "        InboundMessage.kind != InboundKind.STOP,\n",
        "",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "    if source is not None:\n        held",
        "    if source == SuppressionSource.HELD:\n        held",
        "tests/services/inbox/test_direct_texts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/direct_texts.py",
        "        opt_outs.lock_shared(session, account.id)\n",
        "",
        "tests/services/inbox/test_direct_texts.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}sending/claiming.py",
        "    opt_outs.lock_shared(session, account_id)\n",
        "",
        "tests/services/inbox/test_direct_texts.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}recipients/recipients.py",
        "ids = [*session.scalars(in_campaigns), *session.scalars(single)]",
        "ids = [*session.scalars(in_campaigns)]",
        "tests/services/inbox/test_direct_texts.py",
        "sqlite",
    ),
)
