"""A state machine with every operation on the money of an account, compared with a model."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, Hold, LedgerEntry
from promosms.services.installation import defaults
from promosms.services.ledger import ledger, statement

AMOUNTS = st.integers(1, 60_000)
ENTRY = LedgerEntry


def balances(account: int) -> tuple[int, int]:
    """Balance and held money of an account, read from the database."""
    query = select(Account.balance, Account.held).where(Account.id == account)
    balance, held = db.session.execute(query).one()
    db.session.commit()
    return balance, held


class LedgerMachine(RuleBasedStateMachine):
    """Every operation, with valid and too large amounts, and repeated ones."""

    taken: ClassVar[Counter[str]] = Counter()
    messages: ClassVar[Iterator[int]] = count(2_000_000_000)  # no messages have these ids

    def __init__(self) -> None:
        super().__init__()
        db.session.remove()
        with transaction() as session:
            account = Account(region="PL")
            session.add(account)
        self.account = account.id
        self.balance = self.held = self.number = 0
        self.holds: dict[int, int] = {}
        self.direct: dict[int, int] = {}
        self.settled: set[int] = set()
        self.used: list[str] = []

    def reference(self, of: str) -> str:
        self.taken[of] += 1
        self.number += 1
        self.used.append(f"{of}:{self.account}:{self.number}")
        return self.used[-1]

    @rule(amount=AMOUNTS)
    def credit(self, amount: int) -> None:
        ledger.credit(self.account, amount, self.reference("credit"))
        self.balance += amount

    @precondition(lambda self: self.used)
    @rule(amount=AMOUNTS, data=st.data())
    def repeat(self, amount: int, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self.used))
        self.taken["repeat"] += 1
        try:
            ledger.credit(self.account, amount, reference)
        except IntegrityError:
            return
        self.balance += amount  # a failed operation has not used its reference

    @rule(amount=st.integers(1, 20_000))
    def hold(self, amount: int) -> None:
        self.taken["hold"] += 1
        with transaction() as session:
            campaign = Campaign(account_id=self.account, route_id=defaults.default_route().id)
            session.add(campaign)
            session.flush()
            campaign_id = campaign.id
        if self._spent(amount, lambda: ledger.hold(self.account, campaign_id, amount)):
            self.held += amount
            self.holds[campaign_id] = amount

    @precondition(lambda self: self.holds)
    @rule(charged=st.integers(0, 40_000), released=st.integers(0, 40_000), data=st.data())
    def settle(self, charged: int, released: int, data: st.DataObject) -> None:
        campaign = data.draw(st.sampled_from(sorted(self.holds)))
        left = self.holds[campaign]
        if data.draw(st.booleans()):  # to the last unit
            charged = min(charged, left)
            released = left - charged
        fits = True
        try:
            ledger.settle(campaign, charged, released, self.reference("settle"))
        except IntegrityError:
            fits = False
        assert fits == (charged + released <= left)
        if not fits:
            return
        self.holds[campaign] -= charged + released
        self.held -= charged + released
        self.balance += released

    @rule(amount=st.integers(1, 20_000))
    def hold_text(self, amount: int) -> None:
        message, key = next(self.messages), self.reference("text")[-20:]
        if self._spent(amount, lambda: ledger.hold_text(self.account, message, amount, key)):
            self.held += amount
            self.direct[message] = amount

    @precondition(lambda self: self.direct)
    @rule(data=st.data())
    def settle_text(self, data: st.DataObject) -> None:
        """Wholly, and once: a second time changes nothing."""
        self.taken["settle text"] += 1
        message = data.draw(st.sampled_from(sorted(self.direct)))
        amount = self.direct[message]
        charged = data.draw(st.integers(0, amount))
        fresh = message not in self.settled
        assert ledger.settle_text(message, charged, amount - charged) is fresh
        if fresh:
            self.settled.add(message)
            self.held -= amount
            self.balance += amount - charged

    @rule(amount=AMOUNTS)
    def pay(self, amount: int) -> None:
        self._spend("pay", amount, lambda name: ledger.pay(self.account, amount, name))

    @rule(amount=AMOUNTS)
    def refund(self, amount: int) -> None:
        self._spend(
            "refund", amount, lambda name: ledger.refund(self.account, amount, name, "", "x")
        )

    @rule(amount=AMOUNTS, up=st.booleans())
    def adjust(self, amount: int, up: bool) -> None:
        change = amount if up else -amount
        self._spend(
            "adjust", -change, lambda name: ledger.adjust(self.account, change, name, "why", "x")
        )

    @rule(amount=AMOUNTS)
    def give_back(self, amount: int) -> None:
        ledger.give_back(self.account, amount, self.reference("give back"))
        self.balance += amount

    @rule(amount=AMOUNTS, won=st.booleans())
    def dispute(self, amount: int, won: bool) -> None:
        signed_amount = -amount if won else amount
        taken = ledger.dispute(self.account, signed_amount, self.reference("dispute"), "")
        assert taken == min(signed_amount, self.balance)
        self.balance -= taken

    def _spend(self, of: str, amount: int, spend: Callable[[str], object]) -> None:
        name = self.reference(of)
        self._spent(amount, lambda: spend(name))

    def _spent(self, amount: int, spend: Callable[[], object]) -> bool:
        """Spend if the balance suffices; otherwise the error must name the missing amount."""
        missing = 0
        try:
            spend()
        except ledger.InsufficientBalance as problem:
            missing = problem.missing
        assert missing == max(0, amount - self.balance)
        if missing:
            return False
        self.balance -= amount
        return True

    @invariant()
    def the_balances_match_the_model(self) -> None:
        assert balances(self.account) == (self.balance, self.held)
        assert self.balance >= 0
        waiting = self.direct.keys() - self.settled
        assert self.held == sum(self.holds.values()) + sum(self.direct[key] for key in waiting)

    def teardown(self) -> None:
        of_account = ENTRY.account_id == self.account
        sums = select(
            func.coalesce(func.sum(ENTRY.amount), 0), func.coalesce(func.sum(ENTRY.held), 0)
        )
        assert tuple(map(int, db.session.execute(sums.where(of_account)).one())) == (
            self.balance,
            self.held,
        )
        rows = db.session.execute(select(Hold).where(Hold.account_id == self.account)).scalars()
        for row in rows:
            assert row.remaining == self.holds[row.campaign_id]
            assert (row.closed_at is not None) == (row.remaining == 0)
        rows = statement.page(self.account, size=500).rows
        assert sum(row.amount for row in rows) == self.balance
        assert not rows or rows[0].after == self.balance
        db.session.remove()
