"""The run `imports`: a worker that imports a file, or undoes that, is killed again and again.

Each time an account with people, a list and opt-outs uploads a file with good, bad and repeated
rows and opt-outs of its own. Processes that import it are killed before or after a step, or at any
moment; the last one finishes. After each kill all that is there must agree, and nobody who has
opted out may be somebody who can be texted; in the end there is what the rows say, once.
"""

import io
import os
import random
import signal
import time
import traceback
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    BadRow,
    Campaign,
    Consent,
    Import,
    ImportStatus,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
)
from promosms.services.campaigns import audience
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.installation import defaults
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.faults import failpoints
from tests.faults.fork_server import ForkServer
from tests.faults.report import Report
from tests.support import search_index

NAME, ROWS, TIMES = "imports", 600, 100
IMPORT_STEPS = {
    "promosms.services.imports.run:_claim": 2,
    "promosms.services.imports.batch:save": 10,
    "promosms.services.imports.batch:_opt_out": 5,
    "promosms.services.imports.batch:_save_refused": 5,
    "promosms.services.imports.recipient_rows:known": 10,
    "promosms.services.imports.recipient_rows:write": 10,
    "promosms.services.recipients.lists:put_many_on_locked": 10,
    "promosms.services.imports.run:_end": 1,
    "promosms.services.imports.files:forget": 1,
}
UNDO_STEPS = {
    "promosms.services.imports.run:_undo": 1,
    "promosms.services.recipients.recipients:delete_ids": 5,
}
BATCH = 50
BASIS = Basis(Consent.GIVEN, "at the till", date(2026, 1, 31))


class File:
    """The rows of one import, and what has to come of them, told without the application."""

    def __init__(self, rows: int, first: int) -> None:
        self.lines = ["Telefon;Vorname;Opted out"]
        self.names: dict[str, str] = {}
        self.bad = 0
        self.opted_out: set[str] = set()
        self.here = {f"+48{first + n}" for n in range(2, rows, 13)}
        self.stopped = {f"+48{first + n}" for n in range(9, rows, 53)}
        for n in range(rows):
            number = first + n - (11 if n % 29 == 20 else 0)
            out = n % 41 == 3
            if n % 37 == 5:
                self.lines.append(f"12345;Name{n};")
                self.bad += 1
                continue
            self.lines.append(f"{number};Name{n};{'yes' if out else ''}")
            self.names[f"+48{number}"] = f"Name{n}"
            if out:
                self.opted_out.add(f"+48{number}")
        self.rows = rows


def run(folder: Path, url: str, rows: int, times: int, seed: int) -> Report:
    """Import `times` files of `rows` rows, each time with kills."""
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    report = Report(NAME, kind, seed)
    began = time.monotonic()
    (folder / "instance").mkdir(exist_ok=True)
    env = os.environ | {
        "PROMOSMS_INSTANCE": str(folder / "instance"),
        "PROMOSMS_REDIS_URL": "memory://",
        "PROMOSMS_DATABASE_URL": url,
        "PROMOSMS_RATE_LIMITS": "no",
    }
    fork_server = ForkServer(env)
    result = fork_server.order(call="tests.faults.importing:storm", args=[rows, times, seed])
    fork_server.close()
    report.wrong += result.pop("wrong")
    report.facts |= result
    report.seconds = time.monotonic() - began
    return report


# In the fork server, which forks the others; it has no database connection while it forks.


def storm(app: Flask, rows: int, times: int, seed: int) -> dict[str, Any]:
    """Run all imports; returns the facts and the violations."""
    chance = random.Random(seed)
    wrong: list[str] = []
    killed: Counter[str] = Counter()
    with app.app_context():
        db.drop_all()
        db.create_all()
        defaults.ensure_defaults()
        _disconnect()
    undone = 0
    for number in range(times):
        file = File(rows, 601_000_000)
        with app.app_context():
            account_id, import_id = _begin(file)
            _disconnect()
        work = _Work(app, import_id, account_id, file, chance, wrong, killed)
        work.with_kills(IMPORT_STEPS, number)
        with app.app_context():
            wrong += [f"{number}: {problem}" for problem in _after(import_id, account_id, file)]
            undo = number % 2 == 1
            if undo:
                imports.undo(db.session.get_one(Import, import_id))
            _disconnect()
        if undo:
            undone += 1
            work.with_kills(UNDO_STEPS, number)
            with app.app_context():
                wrong += [f"{number}: {what}" for what in _after_undo(import_id, account_id, file)]
                _disconnect()
    steps = len({name for name in killed if name})
    return {
        "imports": f"{times} of {rows} rows, {undone} of them undone",
        "kills": sum(killed.values()),
        "steps": f"{steps} of {2 * len(IMPORT_STEPS | UNDO_STEPS)}",
        "wrong": wrong,
    }


class _Work:
    """The processes that work on one import."""

    def __init__(
        self,
        app: Flask,
        import_id: int,
        account_id: int,
        file: File,
        chance: random.Random,
        wrong: list[str],
        killed: Counter[str],
    ) -> None:
        self.app, self.import_id, self.account_id, self.file = app, import_id, account_id, file
        self.chance, self.wrong, self.killed = chance, wrong, killed

    def with_kills(self, steps: dict[str, int], number: int) -> None:
        """Kill three processes at steps or at any moment; a fourth one finishes."""
        moments = [(name, moment) for name in steps for moment in ("before", "after")]
        chosen = [moments[number % len(moments)], *(self.chance.choice(moments) for _ in range(2))]
        for name, moment in chosen:
            hit = (name, moment, self.chance.randint(1, steps[name]))
            if self._in_fork(hit):
                self.killed[f"{moment} {name.rpartition('.')[2]}"] += 1
            with self.app.app_context():
                self.wrong += [f"{number}: {one}" for one in _disagreements(self.import_id)]
                self.wrong += [f"{number}: {one}" for one in _reachable(self.account_id, self.file)]
                _disconnect()
        if self._in_fork(None):
            self.wrong.append(f"{number}: the last process was killed")

    def _in_fork(self, hit: tuple[str, str, int] | None) -> bool:
        """Work in a forked process; True if it was killed."""
        pid = os.fork()
        if not pid:
            code = 1
            try:
                import_run.BATCH = BATCH
                imports.STALE_AFTER = timedelta(0)
                if hit:
                    failpoints.Hit(*hit).arm()
                with self.app.app_context():
                    while imports.stale_imports():
                        import_run.work(self.import_id)
                    _disconnect()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if hit and self.chance.random() < 0.3:
            time.sleep(self.chance.uniform(0, 0.1))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code in (0, -signal.SIGKILL), f"ended by itself with {code}"
        return code != 0


def _begin(file: File) -> tuple[int, int]:
    """An account with people and opt-outs, and its import of the file; returns their ids."""
    with transaction() as session:
        account = Account(region="PL")
        session.add(account)
        session.flush()
        group = RecipientList(account_id=account.id, name="Everybody")
        session.add(group)
        session.flush()
    for phone in sorted(file.here):
        recipients.add(account, {"phone": phone, "city": "Old"}, BASIS)
    for phone in sorted(file.stopped):
        opt_outs.opt_out_all(account.id, [phone], SuppressionSource.HAND)
    content = "\r\n".join(file.lines).encode()
    new = imports.upload(account, io.BytesIO(content), "people.csv")
    target = imports.Target(db.session.get_one(RecipientList, group.id), "")
    assert imports.start(new, new.mapping, new.has_header, target, BASIS)
    return account.id, new.id


def _disagreements(import_id: int) -> list[str]:
    """What does not agree with the counters of the import, at any moment."""
    this = db.session.get_one(Import, import_id)
    found = []
    added = _count(Recipient, Recipient.import_id == import_id)
    if this.status not in (ImportStatus.UNDOING, ImportStatus.UNDONE) and added != this.added:
        found.append(f"{added} recipients, and {this.added} are said to be added")
    if this.status in (ImportStatus.RUNNING, ImportStatus.FINISHED):
        seen = this.added + this.updated + this.duplicates + this.bad
        if seen != this.position:
            found.append(f"{seen} outcomes of {this.position} rows")
        if _count(BadRow, BadRow.import_id == import_id) != this.bad:
            found.append("the refused rows are not those that are counted")
    size = db.session.scalar(
        select(RecipientList.size).where(RecipientList.account_id == this.account_id)
    )
    if _count(ListRecipient, ListRecipient.account_id == this.account_id) != size:
        found.append("the list has another size than it says")
    if not search_index.is_kept():
        found.append("the index of the search is not the one of the texts")
    return found


def _texted(account_id: int) -> set[str]:
    """The numbers that a campaign to everybody would text."""
    route_id = defaults.default_route().id
    campaign = Campaign(account_id=account_id, route_id=route_id, text="Hello", everyone=True)
    with db.session.no_autoflush:
        pages = list(audience.read_pages(campaign))
    return {draft.phone for page in pages for draft in page if not draft.reason}


def _reachable(account_id: int, file: File) -> list[str]:
    """Numbers that have opted out, before or by the file, and could be texted.

    Not those of people who were here, whose row has perhaps not been read yet.
    """
    wrong = _texted(account_id) & ((file.opted_out - file.here) | file.stopped)
    return [f"{phone} can be texted" for phone in sorted(wrong)]


def _after(import_id: int, account_id: int, file: File) -> list[str]:
    """What is wrong after an import has finished."""
    this = db.session.get_one(Import, import_id)
    found = _disagreements(import_id)
    if _texted(account_id) != (set(file.names) | file.here) - file.opted_out - file.stopped:
        found.append("others can be texted than should")
    stored = {
        row.phone: row.first_name
        for row in db.session.execute(
            select(Recipient.phone, Recipient.first_name).where(Recipient.account_id == account_id)
        )
    }
    expected = dict.fromkeys(file.here, "") | file.names
    if stored != expected:
        found.append(f"{len(stored.items() ^ expected.items())} recipients are not as in the file")
    new, old = set(file.names) - file.here, set(file.names) & file.here
    figures = (this.status, this.position, this.added, this.updated, this.bad)
    if figures != (ImportStatus.FINISHED, file.rows, len(new), len(old), file.bad):
        found.append(f"the figures are {figures}")
    suppressed = set(
        db.session.scalars(select(Suppression.phone).where(Suppression.account_id == account_id))
    )
    if suppressed != file.opted_out | file.stopped:
        found.append("other numbers have opted out than should")
    if _count(ListRecipient, ListRecipient.account_id == account_id) != len(file.names):
        found.append("others are on the list than in the file")
    return found


def _after_undo(import_id: int, account_id: int, file: File) -> list[str]:
    """What is wrong after an import was undone."""
    found = _disagreements(import_id) + _reachable(account_id, file)
    query = select(Recipient.phone).where(Recipient.account_id == account_id)
    if set(db.session.scalars(query)) != file.here:
        found.append("others are left than were there before")
    status = db.session.get_one(Import, import_id).status
    return [*found, *([f"it is {status}"] if status != ImportStatus.UNDONE else [])]


def _count(model: Any, condition: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _disconnect() -> None:
    db.session.remove()
    db.engine.dispose()
