"""Counters of campaigns: how many messages have which status.

Many transactions wait for the rows of campaigns, holds and accounts. So a transaction collects its
changes as deltas, and writes them at its end, each row only once.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from promosms.models import Campaign, MessageStatus, table_of
from promosms.services.ledger import balances, ledger
from promosms.services.sending import gateway_counts

ROWS = table_of(Campaign)
NO_COLUMNS: Mapping[str, object] = MappingProxyType({})


def move(
    session: Session,
    campaign_id: int,
    changes: Mapping[MessageStatus, int],
    columns: Mapping[str, object] = NO_COLUMNS,
) -> None:
    """Add to the counters of a campaign: ``{QUEUED: -3, SENDING: 3}``; also store `columns`."""
    values: dict[str, Any] = {status: number for status, number in changes.items() if number}
    if values or columns:
        statement = _addition(tuple(sorted(values)), tuple(sorted(columns)))
        session.connection().execute(statement, {**values, **columns, "campaign": campaign_id})


@lru_cache
def _addition(statuses: tuple[str, ...], columns: tuple[str, ...]) -> Update:
    added: dict[str, Any] = {f"n_{s}": ROWS.c[f"n_{s}"] + bindparam(s) for s in statuses}
    added |= {name: bindparam(name, type_=ROWS.c[name].type) for name in columns}
    return update(ROWS).where(ROWS.c.id == bindparam("campaign")).values(added)


class CounterDeltas:
    """Changes of counters, and amounts in 1/10,000 to charge or release, by campaign.

    Also those of direct texts, by message, what is given back, the new send cursors and other
    columns of the campaigns from which messages were claimed, and what is added to the counts of
    gateways.
    """

    def __init__(self) -> None:
        self.changes: dict[int, Counter[MessageStatus]] = defaultdict(Counter)
        self.charged: Counter[int] = Counter()
        self.released: Counter[int] = Counter()
        self.direct: dict[int, tuple[int, int]] = {}
        self.returned: list[tuple[int, int, str]] = []
        self.paying: set[int] = set()
        self.served: set[int] = set()
        self.send_cursors: dict[int, dict[str, list[int]]] = {}
        self.columns: dict[int, dict[str, object]] = defaultdict(dict)
        self.gateways = gateway_counts.Changes()

    def move(
        self, campaign_id: int | None, number: int, before: MessageStatus, after: MessageStatus
    ) -> None:
        """Note that messages have changed their status; those without a campaign do not count."""
        if campaign_id is not None and number:
            self.changes[campaign_id][before] -= number
            self.changes[campaign_id][after] += number

    def pay(self, account_id: int, campaign_id: int, charged: int, released: int) -> None:
        """Note amounts to take out of the hold of a campaign."""
        self.paying.add(account_id)
        self.charged[campaign_id] += charged
        self.released[campaign_id] += released

    def pay_direct(self, account_id: int, message_id: int, charged: int, released: int) -> None:
        """Note amounts to take out of what was set aside for a direct text: all of it."""
        self.paying.add(account_id)
        self.direct[message_id] = charged, released

    def give_back(self, account_id: int, message_id: int, amount: int) -> None:
        """Note what is given back of the price of a text that was charged before it left."""
        self.paying.add(account_id)
        self.returned.append((account_id, amount, f"release:message:{message_id}"))

    def serve(self, account_id: int) -> None:
        """Note that the account has its turn now."""
        self.served.add(account_id)

    def write(self, session: Session, reference: str) -> None:
        """Write everything; the reference is unique for this transaction."""
        for campaign_id in sorted({*self.changes, *self.send_cursors}):
            columns = self.columns.get(campaign_id, {})
            if campaign_id in self.send_cursors:
                columns = {**columns, "send_cursors": self.send_cursors[campaign_id]}
            move(session, campaign_id, self.changes[campaign_id], columns)
        # Those of one account need no order, and less time.
        several = len(self.paying | self.served) > 1
        with balances.in_order(session) if several else nullcontext():
            self._settle(reference)
            for account_id in sorted(self.served):
                balances.serve(session, account_id)
        self.gateways.write(session)

    def _settle(self, reference: str) -> None:
        for campaign_id in sorted({*self.charged, *self.released}):
            ledger.settle(
                campaign_id,
                self.charged[campaign_id],
                self.released[campaign_id],
                f"{reference}:{campaign_id}",
            )
        for message_id, (charged, released) in sorted(self.direct.items()):
            ledger.settle_text(message_id, charged, released)
        for returned in self.returned:
            ledger.give_back(*returned)
