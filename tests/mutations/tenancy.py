"""Mutations of rules about tenancy."""

from tests.mutations.mutation import SERVICES, Mutation

TENANCY = (
    Mutation(
        f"{SERVICES}inbox/receipt_owners.py",
        "return False if row.phone else None",
        "return None",
        "tests/services/sending/test_receipt_owners.py",
    ),
    Mutation(
        f"{SERVICES}inbox/receipt_owners.py",
        "message.gateway_id != self.gateway_id",
        "message.gateway_id is None",
        "tests/services/sending/test_receipt_owners.py",
    ),
    Mutation(
        f"{SERVICES}inbox/receipt_owners.py",
        "if row.kind == InboxKind.UNMARKED:\n        return False",
        "if not row.kind:\n        return False",
        "tests/services/sending/test_unmarked_receipts.py",
    ),
    Mutation(
        f"{SERVICES}inbox/unconfirmed.py",
        "if len(found) == 1 and",
        "if",
        "tests/services/sending/test_unconfirmed_receipts.py",
    ),
    Mutation(
        f"{SERVICES}privacy/persons.py",
        "and_(model.account_id == person.account_id, of_person)",
        "and_(of_person)",
        "tests/services/privacy/test_persons.py",
    ),
    Mutation(
        "promosms/web/access.py",
        "filter_by(account_id=my_account().id, public_id=public_id)",
        "filter_by(public_id=public_id)",
        "tests/meta/test_tenancy.py",
    ),
    Mutation(
        f"{SERVICES}sending/opt_outs.py",
        "select(Suppression).where(\n        Suppression.account_id == account_id, ",
        "select(Suppression).where(\n        ",
        "tests/services tests/views/suppressions",
    ),
    Mutation(
        f"{SERVICES}sending/left_out.py",
        "suppressions.account_id = messages.account_id",
        "suppressions.account_id = suppressions.account_id",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}recipients/search.py",
        "query = query.where(Recipient.account_id == account_id)\n    recent",
        "recent",
        "tests/services/recipients/test_search.py",
        database="postgresql",
    ),
    Mutation(
        f"{SERVICES}recipients/recipients.py",
        "Recipient.account_id == account_id, Recipient.public_id",
        "Recipient.public_id",
        "tests/meta/test_foreign_ids.py tests/meta/test_tenancy.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/addressed.py",
        "RecipientList.account_id == account_id, RecipientList",
        "RecipientList",
        "tests/meta/test_foreign_ids.py tests/services/campaigns",
    ),
    Mutation(
        f"{SERVICES}campaigns/audience.py",
        "select(*columns).where(Recipient.account_id == campaign.account_id)",
        "select(*columns)",
        "tests/services/campaigns tests/services/sending",
    ),
    Mutation(
        "promosms/db/row_security.py",
        'role = "none" if account_id is None else row_security.ROLE',
        'role = "none"',
        "tests/meta/test_row_security.py",
        "postgresql",
    ),
    Mutation(
        "promosms/models/row_security.py",
        "            REVOKE ALL ON",
        "            REVOKE TRUNCATE ON",
        "tests/models/test_row_security_role.py",
        "postgresql",
    ),
    Mutation(
        "promosms/lib/pages.py",
        'own = columns["account_id"] == account_id',
        "own = True",
        "tests/lib/test_pages.py",
    ),
)
