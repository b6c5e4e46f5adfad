"""How fast recipients leave as a file, and whether the memory stays flat.

    python -m benchmarks.exports [--recipients 1000000] [--database sqlite|postgresql|URL]

Nine of their fields are filled; three lists overlap (one of 3, of 10 and of 50 is on them), one of
twenty has not agreed, and one of a hundred has opted out. Prints rows per second of the
whole file as CSV, of the list of one third, of what a search finds, of a workbook, of a long one
that a worker makes, and of the way before (objects, a page of 1,000, a line at a time) in the
same run; and the peak of the memory.
"""

import argparse
import csv
import io
import os
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, literal, literal_column, select, text

from benchmarks.installation import account, database, fill, peak, running_installation, say
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.lib import csv_files, formulas, xlsx_files
from promosms.lib.pages import all_pages
from promosms.lib.tables import Table
from promosms.models import (
    FIELD_NAMES,
    Account,
    Consent,
    ConsentHow,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    Workbook,
    WorkbookKind,
    now,
)
from promosms.services.recipients import consents, exports, filters, recipients
from promosms.services.recipients import pages as recipient_pages
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.filters import Search
from promosms.services.workbooks import run as workbook_run
from promosms.services.workbooks import workbooks

ZONE = ZoneInfo("Europe/Warsaw")
NUMBER = "CAST(600000000 + (CAST(n AS BIGINT) * 48271) % 99999989 AS TEXT)"
SHARES = (("large", 3), ("smaller", 10), ("VIP, smallest", 50))
TURNS = 3
BEFORE = 100_000
"""So many leave by the way before: it is the same for each page."""
WORKBOOK = 100_000
"""So many are written into the workbook, unless it is wanted whole."""


def main() -> None:
    """Fill, export, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--whole-workbook", action="store_true")
    options = parser.parse_args()
    say("database", options.database)
    say("recipients", options.recipients)
    with (
        database(options.database) as url,
        running_installation(url) as running,
        running.app.test_request_context(),
    ):
        account_id = account("exports")
        large = _fill(account_id, options.recipients)
        say("load of the machine", f"{os.getloadavg()[0]:.1f}")
        say("MB before", peak(os.getpid()))
        _measure(account_id, large, options, running.folder)
        say("MB at the peak", peak(os.getpid()))


def _measure(
    account_id: int, large: RecipientList, options: argparse.Namespace, folder: Path
) -> None:
    _rate("CSV, rows/s", _csv(_table(account_id)), options.recipients)
    ratios = []
    for turn in range(TURNS):
        before = _rate(f"CSV before, rows/s, turn {turn}", _before(account_id), BEFORE)
        some = _some(_csv(_table(account_id)), BEFORE)
        ratios.append(_rate(f"CSV, rows/s, turn {turn}", some, BEFORE) / before)
    say("CSV, times as fast as before", f"{statistics.median(ratios):.1f}")
    search = Search(account_id, on_list=large)
    _rate("CSV of a list, rows/s", _csv(_table(account_id, search)), large.size)
    _rate("CSV of a search, rows/s read", _csv(_table(account_id, Search(account_id, "agnieszka"))))
    most = options.recipients if options.whole_workbook else WORKBOOK
    begun = time.monotonic()
    rows, path = 0, folder / "workbook.xlsx"
    table = _table(account_id)
    with path.open("wb") as file, xlsx_files.Writer(file, table, ZONE, folder) as writer:
        for block in table.blocks:
            writer.write(block)
            rows += len(block)
            if rows >= most:
                break
    say("workbook, rows/s", rows / (time.monotonic() - begun))
    say("workbook, kB for 1,000 rows", path.stat().st_size / rows)
    say("MB before the long workbook", peak(os.getpid()))
    chosen = workbooks.chosen_of(Search(account_id))
    asked = workbooks.start(account_id, WorkbookKind.RECIPIENTS, chosen, 0)
    begun, busy = time.monotonic(), time.process_time()
    workbook_run.work(asked.id)
    done = db.session.get_one(Workbook, asked.id, populate_existing=True).done
    say("long workbook, rows/s", done / (time.monotonic() - begun))
    say("long workbook, rows/s of processor time", done / (time.process_time() - busy))
    say("long workbook, kB for 1,000 rows", workbooks.file(asked).stat().st_size / done)


def _table(account_id: int, search: Search | None = None) -> Table:
    labels = {name: name for name in FIELD_NAMES}
    found = filters.select_all(search, Recipient.id) if search else None
    return exports.recipients_table(db.session.get_one(Account, account_id), labels, found)


def _csv(table: Table) -> Iterator[int]:
    return (
        block.encode().count(b"\r\n") for block in csv_files.blocks(table, csv_files.COMMAS, ZONE)
    )


def _some(counts: Iterable[int], most: int) -> Iterator[int]:
    for count in counts:
        yield count
        most -= count
        if most < 0:
            return


def _rate(label: str, counts: Iterable[int], expected: int = 0) -> float:
    begun, busy, rows = time.monotonic(), time.process_time(), -1  # without the head
    for count in counts:
        rows += count
        if not expected and rows < 0:
            sys.exit("nothing was found")
    if expected and rows < expected:
        sys.exit(f"{rows} of {expected}")
    spent = time.monotonic() - begun
    say(label, rows / spent)
    say(f"{label} of processor time", rows / (time.process_time() - busy))
    return rows / spent


def _before(account_id: int) -> Iterator[int]:
    """The way before: objects, and a line at a time."""
    query = select(Recipient).where(Recipient.account_id == account_id)
    done = 0
    yield 1
    for page in all_pages(query, Recipient.id, 1000):
        rows = _page_before(account_id, [recipient for (recipient,) in page])
        db.session.expunge_all()
        db.session.commit()
        for row in rows:
            line = io.StringIO()
            csv.writer(line).writerow([formulas.escaped(cell) for cell in row])
            line.getvalue().encode()
            yield 1
        done += len(rows)
        if done >= BEFORE:
            return


def _page_before(account_id: int, page: list[Recipient]) -> list[list[str]]:
    lists = recipients.lists_of([recipient.id for recipient in page])
    out = recipient_pages.opted_out(account_id, [recipient.phone for recipient in page])
    return [
        [
            recipient.phone,
            *(getattr(recipient, name) for name in FIELD_NAMES[1:]),
            ", ".join(recipient_list.name for recipient_list in lists[recipient.id]),
            recipient.consent,
            out.get(recipient.phone, ""),
            recipient.created_at.isoformat(),
        ]
        for recipient in page
    ]


def _fill(account_id: int, number: int) -> RecipientList:
    """The recipients, and the largest list."""
    with transaction() as session:
        basis = Basis(Consent.GIVEN, "loyalty card form in the shop", date(2025, 5, 17))
        act_id = consents.make(session, account_id, basis, ConsentHow.BULK)
    columns: dict[str, object] = {
        "account_id": account_id,
        "public_id": f"=CAST({10**15} + n AS TEXT)",
        "phone": f"='+48' || {NUMBER}",
        "country": "PL",
        "email": "='person' || CAST(n AS TEXT) || '@example.com'",
        "first_name": "=CASE n % 3 WHEN 0 THEN 'Łucja' WHEN 1 THEN 'José' ELSE 'Agnieszka' END",
        "last_name": "='Wójcik-' || CAST(n % 9973 AS TEXT)",
        "company": "=CASE n % 5 WHEN 0 THEN 'Piekarnia \"Pod Lwem\", s.c.' ELSE '' END",
        "city": "=CASE n % 4 WHEN 0 THEN 'Łódź' ELSE 'Kraków' END",
        "note": "=CASE n % 9 WHEN 0 THEN 'first line\nsecond; line' ELSE '' END",
        "field1": "=CAST(n % 50 AS TEXT)",
        "consent": "=CASE n % 20 WHEN 3 THEN 'none' ELSE 'given' END",
        "consent_id": f"=CASE n % 20 WHEN 3 THEN NULL ELSE {act_id} END",
        "search": "=CASE n % 100 WHEN 0 THEN ' agnieszka' ELSE ' lucja' END",
        "created_at": now(),
    }
    fill(Recipient, number, columns)
    made = [_list(account_id, name, every) for name, every in SHARES]
    shown: list[Any] = [literal_column("'s' || recipients.id"), Recipient.account_id]
    out = select(*shown, Recipient.phone, literal("keyword"), literal(now()))
    with transaction() as session:
        names = ["public_id", "account_id", "phone", "source", "created_at"]
        chosen = out.where(Recipient.id % 100 == 7)
        session.execute(insert(Suppression).from_select(names, chosen, include_defaults=True))
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE"))
    return made[0]


def _list(account_id: int, name: str, every: int) -> RecipientList:
    with transaction() as session:
        new = RecipientList(account_id=account_id, name=name)
        session.add(new)
        session.flush()
        rows = select(literal(new.id), Recipient.id, literal(account_id))
        columns = ["list_id", "recipient_id", "account_id"]
        chosen = rows.where(Recipient.id % every == 0)
        session.execute(insert(ListRecipient).from_select(columns, chosen))
        new.size = session.scalars(
            select(func.count()).where(ListRecipient.list_id == new.id)
        ).one()
    return new


if __name__ == "__main__":
    main()
