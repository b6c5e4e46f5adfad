"""Counter deltas: what a transaction adds to counters and money, collected and written at its end.

Many transactions wait for the rows of campaigns, holds and accounts, so these are changed last,
and each only once.
"""

from collections import Counter, defaultdict

from sqlalchemy import update
from sqlalchemy.orm import Session

from promosms.models import Account, MessageStatus, now, table_of
from promosms.services.ledger import ledger
from promosms.services.sending import counters

ACCOUNTS = table_of(Account)


class CounterDeltas:
    """Changes of counters, and amounts in 1/10,000 to charge or release, by campaign.

    Also the new send cursors of the campaigns from which messages were claimed.
    """

    def __init__(self) -> None:
        self.changes: dict[int, Counter[MessageStatus]] = defaultdict(Counter)
        self.charged: Counter[int] = Counter()
        self.released: Counter[int] = Counter()
        self.served: set[int] = set()
        self.send_cursors: dict[int, dict[str, list[int]]] = {}

    def move(
        self, campaign_id: int | None, number: int, before: MessageStatus, after: MessageStatus
    ) -> None:
        """Note that messages have changed their status; those without a campaign do not count."""
        if campaign_id is not None and number:
            self.changes[campaign_id][before] -= number
            self.changes[campaign_id][after] += number

    def pay(self, campaign_id: int, charged: int, released: int) -> None:
        """Note amounts to take out of the hold of a campaign."""
        self.charged[campaign_id] += charged
        self.released[campaign_id] += released

    def serve(self, account_id: int) -> None:
        """Note that the account has its turn now."""
        self.served.add(account_id)

    def write(self, session: Session, reference: str) -> None:
        """Write everything; the reference is unique for this transaction."""
        for campaign_id in sorted({*self.changes, *self.send_cursors}):
            changes, cursors = self.changes[campaign_id], self.send_cursors.get(campaign_id)
            counters.move(session, campaign_id, changes, cursors)
        for campaign_id in sorted({*self.charged, *self.released}):
            ledger.settle(
                campaign_id,
                self.charged[campaign_id],
                self.released[campaign_id],
                f"{reference}:{campaign_id}",
            )
        for account_id in sorted(self.served):
            session.execute(
                update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(served_at=now())
            )
