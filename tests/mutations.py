"""Breaks rules of money, time, opt-out and tenancy one at a time: the named tests must fail.

    python -m tests.mutations                 all, in copies of the tree (about 15 minutes)
    python -m tests.mutations opt_outs.py     those of files whose path contains the word

tests/meta/test_mutations.py checks that every line still stands in its file.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SERVICES = "promosms/services/"
SECONDS = 600


class Mutation(NamedTuple):
    """A text that stands once in a file, what it becomes, and the tests that must notice."""

    file: str
    old: str
    new: str
    tests: str
    database: str = "sqlite"


MONEY = (
    Mutation(
        "promosms/documents/tax.py", "rate * 2 + whole", "rate * 2", "tests/documents/test_tax.py"
    ),
    Mutation(
        "promosms/documents/tax.py",
        "sign * net, sign",
        "sign * net, abs(sign)",
        "tests/documents/test_tax.py",
    ),
    Mutation(
        f"{SERVICES}payments/payments.py",
        "top_up.paid >= top_up.gross:",
        "top_up.paid >= top_up.gross - 99:",
        "tests/services/payments/test_border.py",
    ),
    Mutation(
        f"{SERVICES}payments/payments.py",
        "top_up.paid >= top_up.gross:",
        "top_up.paid > top_up.gross:",
        "tests/services/payments/test_border.py",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        "if balance < amount:",
        "if balance < amount - 1:",
        "tests/services/ledger/test_ledger.py",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        "taken = min(amount, _lock(session, account_id).balance)",
        "taken = amount",
        "tests/cards tests/services/ledger",
    ),
    Mutation(
        f"{SERVICES}ledger/ledger.py",
        '(EntryKind.RELEASE, released, f"release:{reference}")',
        '(EntryKind.CHARGE, released, f"release:{reference}")',
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}campaigns/preparation.py",
        "if total > campaign.agreed_price:",
        "if False:",
        "tests/services/sending/test_preparation.py tests/services/sending/test_prices.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/affordability.py",
        "return estimate if estimate.total > affordable else None",
        "return None",
        "tests/services/campaigns/test_affordability.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "Campaign.missing > 0,\n                Campaign.total_price <= Campaign.agreed_price,",
        "",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}sending/recording.py",
        "+= message.price",
        "+= message.price * message.parts",
        "tests/services/sending/test_recording.py tests/services/sending/test_story.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/repeats.py",
        " or (repeat is not None and repeat.status != CampaignStatus.DRAFT)",
        "",
        "tests/services/campaigns/test_repeats.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/repeats.py",
        "and_(has_status([MessageStatus.FAILED]), Message.reason == OUTAGE)",
        "has_status([MessageStatus.FAILED])",
        "tests/services/campaigns/test_repeats.py",
    ),
    Mutation(
        "promosms/jobs/sender.py",
        "if ill and answer.error_class is ErrorClass.PERMANENT:",
        "if ill and answer.error_class is not None:",
        "tests/services/sending/test_breaker.py",
    ),
)
TIME = (
    Mutation(
        f"{SERVICES}privacy/persons.py",
        "true() if before is None else column <= before",
        "true()",
        "tests/services/privacy/test_persons.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "UNSETTLED = timedelta(hours=72)",
        "UNSETTLED = timedelta(hours=70)",
        "tests/services/sending/test_claiming.py",
    ),
    Mutation(
        f"{SERVICES}sending/sweep.py",
        "CONTINUED = timedelta(hours=24)",
        "CONTINUED = timedelta(hours=26)",
        "tests/services/sending/test_sweep.py",
    ),
    Mutation(
        f"{SERVICES}inbox/gateway_inbox.py",
        "OLDEST = timedelta(hours=72)",
        "OLDEST = timedelta(hours=48)",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}auth/email_links.py",
        "RESET: timedelta(hours=1)",
        "RESET: timedelta(hours=2)",
        "tests/services/auth tests/views/auth",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}auth/reauthentication.py",
        "VALID = timedelta(minutes=5)",
        "VALID = timedelta(minutes=9)",
        "tests/services/auth tests/views/auth",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}auth/sessions.py",
        "timedelta(minutes=idle)",
        "timedelta(hours=idle)",
        "tests/views/auth/test_session_limits.py",
        "postgresql",
    ),
)
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
        "Suppression.account_id == account_id, Suppression.phone",
        "Suppression.phone",
        "tests/services/imports",
    ),
)
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
        f"{SERVICES}sending/opt_outs.py",
        "suppressions.account_id = messages.account_id",
        "suppressions.account_id = suppressions.account_id",
        "tests/services/sending",
    ),
    Mutation(
        f"{SERVICES}recipients/recipients.py",
        "Recipient.account_id == account_id, Recipient.public_id",
        "Recipient.public_id",
        "tests/meta/test_foreign_ids.py tests/meta/test_tenancy.py",
    ),
    Mutation(
        f"{SERVICES}campaigns/campaigns.py",
        "RecipientList.account_id == campaign.account_id, RecipientList",
        "RecipientList",
        "tests/meta/test_foreign_ids.py tests/services/campaigns",
    ),
    Mutation(
        f"{SERVICES}campaigns/audience.py",
        ".where(Recipient.account_id == campaign.account_id)",
        "",
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
DEPARTED = (
    Mutation(
        f"{SERVICES}accounts/admins.py",
        "_admins().with_for_update()",
        "_admins()",
        "tests/services/accounts/test_admins.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}privacy/legal_records.py",
        '"created_at": seller_days.start_of(row["created_at"]),\n        }',
        '"created_at": row["created_at"],\n        }',
        "tests/services/privacy/test_departed.py",
    ),
    Mutation(
        f"{SERVICES}audit/log.py",
        "created_at=day))",
        "created_at=entry.created_at))",
        "tests/services/audit/test_chain.py",
    ),
)
MUTATIONS = (*MONEY, *TIME, *OPT_OUT, *TENANCY, *DEPARTED)


def main() -> int:
    """Try the mutations whose files contain the words of the command; 1 if one survives."""
    words = sys.argv[1:]
    chosen = [m for m in MUTATIONS if not words or any(word in m.file for word in words)]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        skipped = shutil.ignore_patterns(".git", ".venv", "instance", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=skipped)
        for mutation in chosen:
            survived = _survives(tree, mutation)
            survivors += survived
            result = "SURVIVED" if survived else "caught"
            sys.stdout.write(f"{result:8} {mutation.file}: {mutation.new.strip()!r}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} mutations, {survivors} survived\n")
    return 1 if survivors else 0


def _survives(tree: Path, mutation: Mutation) -> bool:
    path = tree / mutation.file
    text = path.read_text()
    path.write_text(text.replace(mutation.old, mutation.new, 1))
    options = ["-x", "-q", "--database", mutation.database, *mutation.tests.split()]
    command = [sys.executable, "-m", "pytest", *options]
    try:
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=SECONDS)
    finally:
        path.write_text(text)
    # 1: a test failed; anything else but 0 is no answer, such as a test file that is gone.
    assert run.returncode in (0, 1), (mutation, run.stdout[-2000:], run.stderr[-2000:])
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
