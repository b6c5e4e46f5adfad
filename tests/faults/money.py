"""Runs about money only: many spend the last unit, and operations in a random order.

They need a database but no workers, so they have their own report.
"""

import contextlib
import itertools
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from promosms import create_app
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign
from promosms.services.installation import defaults
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import ledger
from tests.faults import ledger_machine
from tests.support.postgres import server

SPENDERS = 100
UNIT = 300
STEPS = 50
"""Steps of one history; then another account begins."""


@dataclass
class MoneyReport:
    """The facts and the violations of a run."""

    name: str
    database: str
    facts: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """No violation."""
        return not self.wrong

    def __str__(self) -> str:
        verdict = "fine" if self.fine else "WRONG"
        return "\n".join(
            [
                f"{self.name}: {verdict} ({self.database}, {self.seconds:.0f} s)",
                *(f"  {name}: {value}" for name, value in self.facts.items()),
                *(f"  WRONG: {problem}" for problem in self.wrong[:20]),
            ]
        )


def run(name: str, kind: str, number: int) -> MoneyReport:
    """One of the runs, on a fresh database of this kind."""
    with installed(kind) as app:
        return RUNS[name](app, kind, number)


@contextlib.contextmanager
def installed(kind: str) -> Iterator[Flask]:
    """The application with an empty database."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pm-")))
        folder.chmod(0o755)
        url = f"sqlite:///{folder / 'money.sqlite3'}"
        if kind == "postgresql":
            url = stack.enter_context(server(folder)).url
        app = create_app(
            {
                "TESTING": True,
                "DATABASE_URL": url,
                "REDIS_URL": f"unix://{folder / 'none.sock'}",
                "SECRET_KEY": "a key for the runs, long enough for anybody",
                "RATE_LIMITS": False,
            }
        )
        with app.app_context():
            db.create_all()
            defaults.ensure_defaults()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def spends(app: Flask, kind: str, rounds: int, spenders: int = SPENDERS) -> MoneyReport:
    """In each round all spend the last unit of an account at once, in six ways; one succeeds."""
    report = MoneyReport("spends", kind)
    spend_round = _SpendRound(app, spenders)
    threads = [threading.Thread(target=spend_round.spend, args=(n,)) for n in range(spenders)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    ways: Counter[str] = Counter()
    for number in range(rounds):
        with app.app_context():
            spend_round.prepare()
            spend_round.won.clear()
            spend_round.barrier.wait()  # all threads start
            spend_round.barrier.wait()  # all threads have finished
            if len(spend_round.won) != 1:
                report.wrong.append(f"round {number}: {len(spend_round.won)} won")
            balance, held = ledger_machine.balances(spend_round.account)
            if balance or held not in (0, UNIT):
                report.wrong.append(f"round {number}: {balance} and {held} are left")
            ways.update(way for way, _ in spend_round.won)
            db.session.remove()
    spend_round.over = True
    spend_round.barrier.wait()
    for thread in threads:
        thread.join()
    report.seconds = time.monotonic() - began
    report.wrong += [*spend_round.problems, *_audited(app)]
    report.facts |= {"rounds": rounds, "spends": rounds * spenders, "won by": dict(ways)}
    return report


class _SpendRound:
    """An account with one unit, and the threads that spend it."""

    def __init__(self, app: Flask, spenders: int) -> None:
        self.app, self.spenders = app, spenders
        self.barrier = threading.Barrier(spenders + 1)
        self.won: list[tuple[str, int]] = []
        self.problems: list[str] = []
        self.round = self.account = 0
        self.over = False
        self.campaigns: dict[int, int] = {}

    def prepare(self) -> None:
        """Create an account with one unit, and a campaign for each spender that needs one."""
        self.round += 1
        with transaction() as session:
            account = Account(region="PL")
            session.add(account)
            session.flush()
            ledger.credit(account.id, UNIT, f"credit:{self.round}")
            self.account = account.id
            used = [number for way, number in self.won if way == "hold"]
            for number in used if self.campaigns else range(0, self.spenders, len(WAYS)):
                campaign = Campaign(account_id=account.id, route_id=defaults.default_route().id)
                session.add(campaign)
                session.flush()
                self.campaigns[number] = campaign.id

    def spend(self, number: int) -> None:
        """Spend in each round, together with all others."""
        way = list(WAYS)[number % len(WAYS)]
        while True:
            self.barrier.wait()
            if self.over:
                return
            with self.app.app_context():
                try:
                    reference = f"{way}:{self.round}:{number}"
                    WAYS[way](self.account, self.campaigns.get(number, 0), reference)
                    self.won.append((way, number))
                except ledger.InsufficientBalance:
                    pass
                except Exception as error:  # a lock that was not granted is reported too
                    self.problems.append(f"round {self.round}: {type(error).__name__}")
                finally:
                    db.session.remove()
            self.barrier.wait()


def _dispute(account: int, _campaign: int, reference: str) -> None:
    """A dispute takes the balance; it has not won if nothing is taken."""
    if not ledger.dispute(account, UNIT, reference, ""):
        raise ledger.InsufficientBalance(UNIT)


MESSAGES = itertools.count(1_000_000_000)  # no messages have these ids
WAYS: dict[str, Callable[[int, int, str], object]] = {
    "hold": lambda account, campaign, _: ledger.hold(account, campaign, UNIT),
    "pay": lambda account, _, reference: ledger.pay(account, UNIT, reference),
    "direct": lambda account, _, name: ledger.hold_text(account, next(MESSAGES), UNIT, name[-20:]),
    "adjust": lambda account, _, reference: ledger.adjust(account, -UNIT, reference, "x", "x"),
    "refund": lambda account, _, reference: ledger.refund(account, UNIT, reference, "", "x"),
    "dispute": _dispute,
}


def steps(app: Flask, kind: str, number: int) -> MoneyReport:
    """Run this number of steps of the state machine; all sums are checked after every step."""
    report = MoneyReport("ledger", kind)
    began = time.monotonic()
    with app.app_context():
        machine = ledger_machine.LedgerMachine
        machine.taken.clear()
        while machine.taken.total() < number:
            left = number - machine.taken.total()
            try:
                run_state_machine_as_test(machine, settings=chosen(max(1, left // STEPS)))
            except AssertionError as problem:
                report.wrong.append(str(problem))
                break
    report.seconds = time.monotonic() - began
    report.wrong += _audited(app)
    report.facts |= {"steps": machine.taken.total(), "of them": dict(machine.taken)}
    return report


def chosen(examples: int, length: int = STEPS) -> settings:
    """The settings of Hypothesis."""
    return settings(
        max_examples=examples,
        stateful_step_count=length,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _audited(app: Flask) -> list[str]:
    with app.app_context():
        problems = [ledger_audit.sentence(finding) for finding in ledger_audit.audit()]
        db.session.remove()
    return problems


RUNS: dict[str, Callable[[Flask, str, int], MoneyReport]] = {"spends": spends, "ledger": steps}
PUBLISHED = {"spends": 1_000, "ledger": 100_000}
