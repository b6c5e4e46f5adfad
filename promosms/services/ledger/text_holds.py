"""Setting the prices of many texts to one person aside, also of several accounts, at once.

As `ledger.hold_text` does for one. Amounts are in 1/10,000.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from promosms.db.upsert_rows import insert_rows
from promosms.models import DirectText, EntryKind, new_public_id, now, table_of
from promosms.services.ledger import balances, ledger

TEXTS = table_of(DirectText)
TEXT_COLUMNS = (
    *("account_id", "message_id", "key", "amount", "remaining", "sign_up", "written_by"),
    *("created_at", "closed_at"),
)
ENTRY_COLUMNS = (
    *("account_id", "kind", "amount", "held", "reference", "note", "actor", "created_at"),
)


class TextHold(NamedTuple):
    """The price of a text."""

    account_id: int
    message_id: int
    amount: int


def hold_all(session: Session, holds: Sequence[TextHold]) -> None:
    """Set prices aside. Their accounts are locked by `ledger.lock_all`, and have so much."""
    moment, kind = now(), EntryKind.HOLD
    texts, entries = [], []
    sums: Counter[int] = Counter()
    for account_id, message_id, amount in holds:
        closed_at = None if amount else moment
        own = new_public_id(), amount, amount, False, ""
        texts.append((account_id, message_id, *own, moment, closed_at))
        reference = f"hold:message:{message_id}"
        entries.append((account_id, kind, -amount, amount, reference, "", "", moment))
        sums[account_id] += amount
    insert_rows(session, TEXTS, TEXT_COLUMNS, texts)
    insert_rows(session, ledger.ENTRIES, ENTRY_COLUMNS, entries)
    changes = [
        {"account": account_id, "back": -amount, "taken": -amount}
        for account_id, amount in sorted(sums.items())
    ]
    session.connection().execute(balances.BALANCE_OF, changes)
