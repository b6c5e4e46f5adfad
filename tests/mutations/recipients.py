"""Who is meant: segments, audiences, actions for many, and consents in force."""

from tests.mutations.mutation import SERVICES, Mutation

SEGMENTS, ADDRESSED = (
    "tests/services/recipients/segments",
    "tests/services/campaigns/test_addressed.py",
)
BULK, CONSENTS = "tests/services/bulk_actions", "tests/services/imports/test_consent_columns.py"
WITHDRAWN = "tests/services/sending/test_withdrawn_consent.py"

RECIPIENTS = (
    Mutation(
        f"{SERVICES}recipients/segments/queries.py",
        "and_(true(), *met) if chosen.match is Match.ALL else or_(false(), *met)",
        "or_(false(), *met)",
        SEGMENTS,
    ),
    Mutation(
        f"{SERVICES}recipients/segments/queries.py",
        "~func.coalesce(asked(calendar, row, row.test.removeprefix(NOT)), false())",
        "~asked(calendar, row, row.test.removeprefix(NOT))",
        SEGMENTS,
    ),
    Mutation(
        f"{SERVICES}recipients/segments/queries.py",
        "self.today - timedelta(days=days - 1)",
        "self.today - timedelta(days=days)",
        SEGMENTS,
    ),
    Mutation(
        f"{SERVICES}campaigns/addressed.py",
        "found.append(~func.coalesce(self.without.condition(moment), false()))",
        "pass",
        ADDRESSED,
    ),
    Mutation(
        f"{SERVICES}campaigns/addressed.py",
        "~func.coalesce(self.without.condition(moment), false())",
        "~self.without.condition(moment)",
        ADDRESSED,
    ),
    Mutation(
        f"{SERVICES}bulk_actions/run.py",
        "            .where(*chosen.conditions(), Recipient.id.in_(ids))",
        "            .where(Recipient.id.in_(ids))",
        BULK,
    ),
    Mutation(
        f"{SERVICES}bulk_actions/run.py",
        "Recipient.id > position, Recipient.id <= action.until)",
        "Recipient.id > position)",
        BULK,
    ),
    Mutation(
        f"{SERVICES}bulk_actions/run.py",
        "        if action is None or action.position != position:",
        "        if action is None:",
        BULK,
    ),
    Mutation(
        f"{SERVICES}bulk_actions/actions.py",
        "            return [own, Recipient.public_id.in_(self.recipients)]",
        "            return [Recipient.public_id.in_(self.recipients)]",
        BULK,
    ),
    Mutation(
        f"{SERVICES}recipients/consents.py",
        "RECIPIENTS.c.account_id == account_id, *none, ~_withdrawn(basis)",
        "RECIPIENTS.c.account_id == account_id, *none",
        BULK,
    ),
    Mutation(
        f"{SERVICES}recipients/consents.py",
        "RECIPIENTS.c.account_id == account_id, *none, ~_withdrawn(basis)",
        "RECIPIENTS.c.account_id == account_id, none[0], ~_withdrawn(basis)",
        BULK,
    ),
    Mutation(
        f"{SERVICES}imports/row_consents.py",
        'existing["withdrawn_at"] >= consents.begin_of(day):',
        'existing["withdrawn_at"] > consents.begin_of(day):',
        CONSENTS,
    ),
    Mutation(
        f"{SERVICES}imports/row_consents.py",
        "        return UNSAID if entry.standing > Standing.UNSAID else self.of_all",
        "        return self.of_all",
        CONSENTS,
    ),
    Mutation(
        f"{SERVICES}imports/row_consents.py",
        'existing["consent"] == Consent.GIVEN and not said_here',
        'existing["consent"] == Consent.GIVEN',
        CONSENTS,
    ),
    Mutation(
        f"{SERVICES}sending/left_out.py",
        "func.coalesce(suppressed_by(), literal_column(with_number), literal_column(meant))",
        "func.coalesce(suppressed_by(), literal_column(meant))",
        WITHDRAWN,
    ),
    Mutation(
        f"{SERVICES}sending/left_out.py",
        "func.coalesce(suppressed_by(), literal_column(with_number), literal_column(meant))",
        "func.coalesce(suppressed_by(), literal_column(with_number))",
        WITHDRAWN,
    ),
)
