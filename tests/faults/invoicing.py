"""The run `invoices`: many processes issue invoices, fail, and are killed; no number is missing.

Every top-up is given to two of the processes. Each call is by chance rolled back or killed between
the issue and the commit, and processes are killed at any moment besides. The clocks stand around
New Year, so that two years are numbered at once, and some invoices are credited in part.
"""

import os
import random
import signal
import time
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from promosms import create_app
from promosms.db.transactions import transaction
from promosms.documents import data
from promosms.extensions import db
from promosms.models import Account, Invoice, InvoiceKind, InvoiceSeries, TopUp, now
from promosms.services.invoices import invoices
from tests.faults.fork_server import ForkServer
from tests.faults.report import Report
from tests.support.invoicing import BUYER

YEARS = (datetime(2026, 12, 31, 20, tzinfo=UTC), datetime(2027, 1, 1, 3, tzinfo=UTC))
ROLLED_BACK, KILLED, CREDITED = 0.1, 0.01, 0.2
KILLS = 0.02
"""So many kills from outside for each invoice."""


class RolledBack(Exception):
    """A random rollback."""


def run(folder: Path, url: str, processes: int, times: int, seed: int) -> Report:
    """Issue the invoices of `times` top-ups in several processes, and check the numbers."""
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    report = Report("invoices", kind, seed)
    began = time.monotonic()
    env = _environment(folder, url)
    app = _make_app(env)
    _create_top_ups(app, times)
    fork_server = ForkServer(env)
    result = fork_server.order(call="tests.faults.invoicing:storm", args=[processes, times, seed])
    fork_server.close()
    report.facts |= {"processes": processes, **result}
    with app.app_context():
        _judge(report, times)
        db.session.remove()
        db.engine.dispose()
    report.seconds = time.monotonic() - began
    return report


def _environment(folder: Path, url: str) -> dict[str, str]:
    (folder / "instance").mkdir(exist_ok=True)
    return os.environ | {
        "PROMOSMS_INSTANCE": str(folder / "instance"),
        "PROMOSMS_REDIS_URL": "memory://",
        "PROMOSMS_DATABASE_URL": url,
        "PROMOSMS_RATE_LIMITS": "no",
    }


def _make_app(env: dict[str, str]) -> Flask:
    before = dict(os.environ)
    os.environ.update(env)
    try:
        return create_app(pages=False)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _create_top_ups(app: Flask, times: int) -> None:
    with app.app_context():
        db.drop_all()
        db.create_all()
        with transaction() as session:
            account = Account(region="DE", timezone="Europe/Berlin")
            session.add(account)
            session.flush()
            session.add_all(_top_up(account.id, number) for number in range(times))
        db.session.remove()
        db.engine.dispose()


def _top_up(account_id: int, number: int) -> TopUp:
    return TopUp(
        account_id=account_id,
        status="paid",
        method="transfer",
        currency="EUR",
        net=500_000,
        tax=95_000,
        gross=595_000,
        paid=595_000,
        rate=1900,
        tax_case="domestic",
        buyer=BUYER,
        reference=f"T{number:08}",
        expires_at=now(),
        paid_at=YEARS[0],
    )


# In the fork server, which forks the others and never opens the database itself.


def storm(app: Flask, processes: int, times: int, seed: int) -> dict[str, int]:
    """Let the processes work until all invoices are issued; kill some of them."""
    chance = random.Random(seed)
    started: Counter[int] = Counter()
    running: dict[int, int] = {}
    waiting = list(range(processes))
    kills = inner = 0
    pause = 0.0
    while waiting or running:
        while waiting:
            place = waiting.pop()
            started[place] += 1
            generation = started[place] * processes + place
            running[_fork(app, place, processes, seed * 1_000_003 + generation)] = place
        time.sleep(pause)
        pause = chance.uniform(0, 0.2)
        if kills < times * KILLS and running:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(list(running)), signal.SIGKILL)
                kills += 1
        for pid, place in list(running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del running[pid]
                code = os.waitstatus_to_exitcode(status)
                assert code in (0, -signal.SIGKILL), f"ended by itself with {code}"
                inner += code != 0
                waiting += [place] if code else []
    return {"top-ups": times, "killed": inner, "of them at any moment": kills}


def _fork(app: Flask, place: int, processes: int, seed: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        with app.app_context():
            _work(random.Random(seed), place, processes)
        code = 0
    finally:
        os._exit(code)


def _work(chance: random.Random, place: int, processes: int) -> None:
    """Issue the invoices of two places in a random order: its own and the next one."""
    done = select(Invoice.top_up_id).where(Invoice.kind == InvoiceKind.INVOICE)
    query = select(TopUp.id).where(TopUp.id.not_in(done))
    own_places = (place, (place + 1) % processes)
    ids = [number for number in db.session.scalars(query) if number % processes in own_places]
    chance.shuffle(ids)
    for top_up_id in ids:
        while True:
            try:
                _issue(chance, top_up_id)
                break
            except RolledBack:
                continue


def _issue(chance: random.Random, top_up_id: int) -> None:
    moment = chance.choice(YEARS)
    invoices.__dict__["now"] = lambda: moment
    with transaction() as session:
        invoice = invoices.issue(session.get_one(TopUp, top_up_id))
        if chance.random() < CREDITED and not invoices.credit_notes(invoice.id):
            invoices.credit(invoice, chance.randint(1, 5_950) * 100, "", "storm")
        fate = chance.random()
        if fate < KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        if fate < ROLLED_BACK:
            raise RolledBack


def _judge(report: Report, times: int) -> None:
    """Each top-up has one invoice; numbers of each series and year start at 1 without gaps."""
    invoices_issued = list(db.session.scalars(select(Invoice).order_by(Invoice.id)))
    numbers: dict[tuple[str, int], list[int]] = defaultdict(list)
    for invoice in invoices_issued:
        numbers[invoice.series, invoice.year].append(invoice.number)
        report.expect(data.digest(invoice.data) == invoice.digest, f"{invoice.label}: digest")
        report.expect(invoice.data["label"] == invoice.label, f"{invoice.label}: label")
    last = {
        (series.series, series.year): series.last
        for series in db.session.scalars(select(InvoiceSeries))
    }
    for series, issued_numbers in sorted(numbers.items()):
        name = f"{series[0]}/{series[1]}"
        report.facts[name] = f"1 to {len(issued_numbers)}"
        report.expect(issued_numbers == sorted(issued_numbers), f"{name}: not in order")
        report.expect(
            sorted(issued_numbers) == list(range(1, len(issued_numbers) + 1)), f"{name}: a gap"
        )
        report.expect(
            last.get(series) == len(issued_numbers), f"{name}: last is {last.get(series)}"
        )
    report.expect(set(last) == set(numbers), "a series without a document")
    issued = Counter(
        invoice.top_up_id for invoice in invoices_issued if invoice.kind == InvoiceKind.INVOICE
    )
    report.expect(len(issued) == times, f"{len(issued)} of {times} top-ups have an invoice")
    report.expect(max(issued.values(), default=0) == 1, "a top-up has two invoices")
