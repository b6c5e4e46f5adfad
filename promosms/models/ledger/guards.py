"""Guards of the money: the ledger and the payments only grow.

An entry of the ledger leaves only with its account. Of a payment only what leads to the account
can be emptied, and its invoice is named once, when it is issued.
"""

from promosms.models import guards
from promosms.models.guards import Rule

LEDGER = "a ledger entry is never changed"
LEDGER_GONE = "a ledger entry leaves only with its account"
PAYMENTS = "of a payment only what leads to the account is ever emptied"
PAYMENTS_GONE = "a payment is never deleted"

LEAVING = "EXISTS (SELECT 1 FROM accounts WHERE id = OLD.account_id AND status = 'deleting')"
FROZEN = (
    *("id", "public_id", "kind", "provider", "reference", "currency", "amount", "actor"),
    *("paid_at", "created_at"),
)
# May be emptied, never be given another value.
EMPTIED = {"account_id": "NULL", "top_up_id": "NULL", "note": "''"}


def attach() -> None:
    """Let the guards be made together with their tables."""
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
    once = f"(OLD.invoice_id IS NOT NULL AND NEW.invoice_id {differs} OLD.invoice_id)"
    changed = " OR ".join([*frozen, *emptied, once])
    return Rule("update", changed, PAYMENTS), Rule("delete", "", PAYMENTS_GONE)
