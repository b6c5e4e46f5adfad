"""The run `erasure`: a worker that erases an account is killed at every step, again and again.

Each time an account with rows in many tables and a file is closed; processes that erase it are
killed before or after a step, or at any moment; the last one finishes. Then no byte of it may
remain, and no byte of the other account may be missing.
"""

import json
import os
import random
import signal
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.jobs import erasure as job
from promosms.models import (
    Account,
    BadRow,
    Campaign,
    Email,
    EntryKind,
    Import,
    InboundMessage,
    LedgerEntry,
    LedgerTotal,
    ListRecipient,
    Message,
    MessagePart,
    Recipient,
    RecipientList,
    Role,
    Suppression,
    User,
)
from promosms.services.installation import defaults
from promosms.services.privacy import erase_rows, erasure
from promosms.services.privacy.account_scope import rows_of, tables
from promosms.settings import instance_file
from tests.faults import failpoints
from tests.faults.fork_server import ForkServer
from tests.faults.report import Report
from tests.support.byte_scan import Scanner

STEPS = [
    (name, moment, calls)
    for name, calls in {
        "promosms.services.privacy.erasure_journal:note": 1,
        "promosms.services.privacy.erasure_journal:_sync_folder": 1,
        "promosms.services.privacy.erasure_requests:ensure": 1,
        "promosms.services.privacy.erasure:_require_no_submissions": 1,
        "promosms.services.privacy.erasure:_apply_inbox": 1,
        "promosms.services.imports.imports:forget_files": 1,
        "promosms.services.gateways.simulated_phone:forget_account": 1,
        "promosms.services.privacy.erase_rows:_delete_batch": 40,
        "promosms.services.privacy.erase_rows:_delete_messages": 6,
        "promosms.services.privacy.erase_rows:_count": 12,
        "promosms.services.privacy.erasure:_empty": 1,
        "promosms.services.privacy.erasure_requests:keep": 1,
        "promosms.services.privacy.departed:forget": 2,
        "promosms.services.privacy.legal_records:unlink": 1,
        "promosms.db.overwrite_files:overwrite": 1,
        "promosms.db.overwrite_files:_vacuum": 1,
        "promosms.db.overwrite_files:_truncate": 1,
        "promosms.db.overwrite_files:overwrite_redis": 1,
        "promosms.services.privacy.erasure_requests:finish": 1,
        "promosms.services.privacy.certificates:issue": 1,
    }.items()
    for moment in ("before", "after")
]
OURS, THEIRS = "Qzulowimek", "Wipekozulm"
PEOPLE = 24


def run(folder: Path, url: str, times: int, seed: int) -> Report:
    """Erase an account this number of times, each time with at least one kill."""
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    report = Report("erasure", kind, seed)
    began = time.monotonic()
    (folder / "instance").mkdir(exist_ok=True)
    env = os.environ | {
        "PROMOSMS_INSTANCE": str(folder / "instance"),
        "PROMOSMS_REDIS_URL": f"unix://{folder / 'nobody.sock'}",
        "PROMOSMS_DATABASE_URL": url,
        "PROMOSMS_RATE_LIMITS": "no",
        "PROMOSMS_SECRET_KEY": "a key for the tests, long enough for anybody",
    }
    fork_server = ForkServer(env)
    result = fork_server.order(call="tests.faults.erasing:storm", args=[times, seed])
    fork_server.close()
    report.wrong += result.pop("wrong")
    report.facts |= result
    report.seconds = time.monotonic() - began
    return report


# In the fork server, which forks the others; it has no database connection while it forks.


def storm(app: Flask, times: int, seed: int) -> dict[str, Any]:
    """Run all erasures; returns the facts and the violations."""
    chance = random.Random(seed)
    wrong: list[str] = []
    killed: Counter[str] = Counter()
    with app.app_context():
        db.drop_all()
        db.create_all()
        defaults.ensure_defaults()
        other_id = create_account(THEIRS, "+4860232299")
        kept = _rows(other_id)
        _disconnect()
    for number in range(times):
        with app.app_context():
            account_id = create_account(OURS, "+4860121188")
            if not number:
                assert _remaining(app, OURS), "the scan finds nothing"
            erasure.begin(account_id, "storm")
            _disconnect()
        hits = [STEPS[number % len(STEPS)], *(chance.choice(STEPS) for _ in range(2))]
        for target, moment, calls in hits:
            if _erase_in_fork(app, account_id, (target, moment, chance.randint(1, calls)), chance):
                killed[f"{moment} {target.rpartition('.')[2]}"] += 1
        if _erase_in_fork(app, account_id, None, chance):
            wrong.append(f"{number}: the last process was killed")
        with app.app_context():
            _judge(app, number, account_id, wrong)
            if _rows(other_id) != kept:
                wrong.append(f"{number}: the other account has changed")
            _disconnect()
    return {
        "erasures": times,
        "kills": sum(killed.values()),
        "steps": f"{len([name for name in killed if name])} of {len(STEPS)}",
        "wrong": wrong,
    }


def _judge(app: Flask, number: int, account_id: int, wrong: list[str]) -> None:
    if db.session.get(Account, account_id) is not None:
        wrong.append(f"{number}: the account is still there")
    wrong += [f"{number}: {name}" for name in _remaining(app, OURS)]
    entries = db.session.scalar(select(LedgerTotal.amount))
    if entries != (number + 1) * 5_000:
        wrong.append(f"{number}: the totals say {entries}")


def _erase_in_fork(
    app: Flask, account_id: int, hit: tuple[str, str, int] | None, chance: Any
) -> bool:
    """Erase in a forked process; True if it was killed."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            erase_rows.BATCH = erase_rows.BATCH_ON_POSTGRESQL = 10
            if hit:
                failpoints.Hit(*hit).arm()
            with app.app_context():
                end = time.monotonic() + 180
                while erasure.stale_erasures() and time.monotonic() < end:
                    job.run(account_id)
                _disconnect()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    if hit and chance.random() < 0.2:
        time.sleep(chance.uniform(0, 0.3))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL), f"ended by itself with {code}"
    return code != 0


def create_account(mark: str, prefix: str) -> int:
    """Create an account with rows in many tables and an uploaded file; returns its id."""
    name = f"upload-{mark}"
    instance_file("uploads", name).write_text(f"1,{prefix}01,{mark}\n")
    with transaction() as session:
        account = Account(region="PL", balance=5_000, field_labels={"field1": f"Label{mark}"})
        session.add(account)
        session.flush()
        columns = {"account_id": account.id}
        user = User(**columns, role=Role.OWNER, email=f"{mark}@example.com", password_hash="x")
        rows = Import(**columns, stored_as=name, filename=f"{mark}.csv", status="running")
        recipient_list = RecipientList(**columns, name=f"List{mark}")
        campaign = Campaign(
            **columns, route_id=defaults.default_route().id, text=f"Text{mark}", status="sending"
        )
        session.add_all([user, rows, recipient_list, campaign])
        session.flush()
        money = {"kind": EntryKind.CREDIT, "amount": 5_000, "reference": f"credit:{account.id}"}
        session.add_all(
            [
                LedgerEntry(**columns, **money),
                Email(**columns, recipient=user.email, subject="Hello", body=f"Body{mark}"),
                Suppression(**columns, phone=f"{prefix}01", source="hand"),
                InboundMessage(**columns, phone=f"{prefix}02", text=f"Reply{mark}"),
                BadRow(**columns, import_id=rows.id, row=1, problem="digits", content=f"Bad{mark}"),
            ]
        )
        for number in range(PEOPLE):
            phone = f"{prefix}{number:02}"
            person = Recipient(
                **columns, phone=phone, country="PL", note=f"Note{mark}", search=mark
            )
            message = Message(
                **columns, campaign_id=campaign.id, phone=phone, text=f"Hi {mark}", status="sent"
            )
            session.add_all([person, message])
            session.flush()
            session.add(ListRecipient(**columns, list_id=recipient_list.id, recipient_id=person.id))
            part = {"message_id": message.id, "number": 1, "gateway_id": 1, **columns}
            session.execute(insert(MessagePart).values(reference=f"{mark}{number}", **part))
        return account.id


def _rows(account_id: int) -> str:
    tables_with_rows = [
        [table.name, sorted(str(tuple(row)) for row in rows)]
        for table in tables()
        if (rows := db.session.execute(select(table).where(rows_of(table, account_id))).all())
    ]
    return json.dumps(tables_with_rows)


def _remaining(app: Flask, mark: str) -> list[str]:
    """The files in which data of an account can still be read."""
    scanner = Scanner([mark, "+4860121188", "4860121188"])
    db.session.rollback()
    hits = scanner.folder(Path(app.instance_path))
    if not on_sqlite():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        for path in (folder / "base").rglob("*"):
            hits += scanner.file(path) if path.is_file() else []
    elif not str(db.engine.url.database).startswith(app.instance_path):
        path = Path(str(db.engine.url.database))
        hits += [hit for file in path.parent.glob(f"{path.name}*") for hit in scanner.file(file)]
    return [f"{hit.canary} in {hit.path.name}" for hit in hits]


def _disconnect() -> None:
    db.session.remove()
    db.engine.dispose()
