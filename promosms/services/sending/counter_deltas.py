"""A tally: what a transaction adds to campaigns and their money, booked once in its end.

Rows of campaigns, holds and accounts are what many transactions wait for, so they are touched
last and together.
"""

from collections import Counter, defaultdict

from sqlalchemy import update
from sqlalchemy.orm import Session

from promosms.models import Account, MessageStatus, now, table_of
from promosms.services.ledger import ledger
from promosms.services.sending import counters

ACCOUNTS = table_of(Account)


class Tally:
    """Changes of counters, and amounts in 1/10,000 to be charged or released, by campaign.

    With them the walks (`services/sending/cursors.py`) of campaigns from which was claimed.
    """

    def __init__(self) -> None:
        self.changes: dict[int, Counter[MessageStatus]] = defaultdict(Counter)
        self.charged: Counter[int] = Counter()
        self.released: Counter[int] = Counter()
        self.served: set[int] = set()
        self.walks: dict[int, dict[str, list[int]]] = {}

    def move(
        self, campaign_id: int | None, number: int, before: MessageStatus, after: MessageStatus
    ) -> None:
        """So many messages go from one status to another; single texts are not counted."""
        if campaign_id is not None and number:
            self.changes[campaign_id][before] -= number
            self.changes[campaign_id][after] += number

    def pay(self, campaign_id: int, charged: int, released: int) -> None:
        """Take this from the hold of the campaign."""
        self.charged[campaign_id] += charged
        self.released[campaign_id] += released

    def serve(self, account_id: int) -> None:
        """Note that the account has its turn now."""
        self.served.add(account_id)

    def book(self, session: Session, reference: str) -> None:
        """Write everything; the reference is unique for this transaction."""
        for campaign_id in sorted({*self.changes, *self.walks}):
            changes, walks = self.changes[campaign_id], self.walks.get(campaign_id)
            counters.move(session, campaign_id, changes, walks)
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
