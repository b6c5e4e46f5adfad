"""Guards of the ledger and the payments: triggers that make both append-only.

A ledger entry is deleted only with its account. In a payment only the references to the account
can be emptied, and `invoice_id` is set once, when the invoice is issued. In a payment without an
account times can be cut to the day, and a bank reference can be replaced by its hash.
"""

from promosms.models import guards
from promosms.models.guards import Rule

LEDGER = "a ledger entry is never changed"
LEDGER_GONE = "a ledger entry leaves only with its account"
PAYMENTS = "of a payment only what leads to the account is ever emptied"
PAYMENTS_GONE = "a payment is never deleted"

LEAVING = "EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting')"
FROZEN = (*("id", "public_id", "kind", "provider", "currency", "amount", "actor"),)
CUT = ("paid_at", "created_at")
HASHED = (
    "NEW.account_id IS NULL AND OLD.provider = 'transfer' AND substr(NEW.reference, 1, 5) = 'gone:'"
)
# These can be emptied, but not set to another value.
EMPTIED = {"account_id": "NULL", "top_up_id": "NULL", "note": "''"}


def attach() -> None:
    """Register the guards, so that they are created with the tables of the ledger."""
    guards.guard("ledger_entries", _entries)
    guards.guard("payments", _payments)


def _entries(_dialect: str) -> tuple[Rule, Rule]:
    return Rule("update", "", LEDGER), Rule("delete", f"NOT {LEAVING}", LEDGER_GONE)


def _payments(dialect: str) -> tuple[Rule, Rule]:
    differs = guards.DIFFERS[dialect]
    frozen = [f"NEW.{name} {differs} OLD.{name}" for name in FROZEN]
    emptied = [
        f"(NEW.{name} {differs} OLD.{name} AND NEW.{name} {differs} {empty})"
        for name, empty in EMPTIED.items()
    ]
    no_account = "NEW.account_id IS NULL"
    cut = [f"NOT {guards.cut_to_day(name, no_account, dialect)}" for name in CUT]
    hashed = f"(NEW.reference {differs} OLD.reference AND NOT ({HASHED}))"
    once = f"(OLD.invoice_id IS NOT NULL AND NEW.invoice_id {differs} OLD.invoice_id)"
    changed = " OR ".join([*frozen, *emptied, *cut, hashed, once])
    return Rule("update", changed, PAYMENTS), Rule("delete", "", PAYMENTS_GONE)
