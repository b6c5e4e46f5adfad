"""Guards of invoices: triggers against changing one, or deleting it in the retention period.

Only `account_id` and `top_up_id` can be emptied, when an account is erased, and times can be cut to
the day then. A document is never replaced, and is deleted with its invoice. Days are in UTC.
"""

from promosms.models import guards
from promosms.models.guards import Rule

CHANGED = "an invoice is never changed"
DOCUMENT_CHANGED = "a document of an invoice is never changed"
GONE = "an invoice is kept until its day"
DOCUMENT_GONE = "a document is kept as long as its invoice"

EMPTIED = ("account_id", "top_up_id")
FROZEN = (
    *("id", "public_id", "original_id", "kind", "series", "year", "number", "label"),
    *("issued_on", "currency", "tax_case", "rate", "net", "tax", "gross", "data", "digest"),
    "purge_after",
)
DOCUMENT_FROZEN = ("invoice_id", "kind", "content", "digest")
TODAY = {"sqlite": "date('now')", "postgresql": "(now() AT TIME ZONE 'UTC')::date"}


def attach() -> None:
    """Register the guards, so that they are created with the tables of invoices."""
    guards.guard("invoices", _invoices)
    guards.guard("invoice_documents", _documents)


def _invoices(dialect: str) -> tuple[Rule, Rule]:
    differs = guards.DIFFERS[dialect]
    emptied = [f"(NEW.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in EMPTIED]
    cut = guards.cut_to_day("created_at", "NEW.account_id IS NULL", dialect)
    frozen = (_differs(name, dialect) for name in FROZEN)
    changed = " OR ".join([*frozen, *emptied, f"NOT {cut}"])
    kept = f"OLD.purge_after >= {TODAY[dialect]}"
    return Rule("update", changed, CHANGED), Rule("delete", kept, GONE)


def _documents(dialect: str) -> tuple[Rule, Rule]:
    alone = "EXISTS (SELECT 1 FROM invoices WHERE id = OLD.invoice_id AND account_id IS NULL)"
    cut = guards.cut_to_day("created_at", alone, dialect)
    changed = " OR ".join([*(_differs(name, dialect) for name in DOCUMENT_FROZEN), f"NOT {cut}"])
    ours = f"id = OLD.invoice_id AND purge_after >= {TODAY[dialect]}"
    kept = f"EXISTS (SELECT 1 FROM invoices WHERE {ours})"
    return Rule("update", changed, DOCUMENT_CHANGED), Rule("delete", kept, DOCUMENT_GONE)


def _differs(name: str, dialect: str) -> str:
    # PostgreSQL does not compare JSON.
    cast = "::text" if name == "data" and dialect == "postgresql" else ""
    return f"NEW.{name}{cast} {guards.DIFFERS[dialect]} OLD.{name}{cast}"
