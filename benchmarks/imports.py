"""How fast a file becomes recipients, in one worker, and whether its memory stays flat.

    python -m benchmarks.imports [--rows 1000000] [--database sqlite|postgresql|URL]

A CSV with five columns (Polish, British and German numbers, names with diacritics, e-mail, city;
3 % of its rows bad) is uploaded, imported by the real worker `work` to a list, and then imported
again with another city in every row. Prints rows per second of the upload, of the worker, of
both; the worker's peak memory and processor time.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import people
from benchmarks.installation import (
    Installation,
    account,
    database,
    running_installation,
    say,
)
from promosms import queue
from promosms.extensions import db
from promosms.models import Account, Consent, Import, ImportStatus
from promosms.services.imports import imports
from promosms.services.recipients.consent import Basis

BAD = 0.03


def main() -> None:
    """Import twice and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    options = parser.parse_args()
    say("database", options.database)
    say("rows", options.rows)
    with database(options.database) as url, running_installation(url) as running:
        with running.app.app_context():
            account_id = account("imports")
        running.start("work")
        say("MB of the worker before", running.memory("work"))
        for label, city in (("new", "Łódź"), ("all changed", "Poznań")):
            file = running.folder / "people.csv"
            good = people.write(file, options.rows, bad=BAD, city=city)
            measure(running, account_id, file, options.rows, good, label)
        say("MB of the worker at its peak", running.peak("work"))


def measure(
    running: Installation, account_id: int, file: Path, rows: int, good: int, label: str
) -> None:
    """Upload and import one file."""
    busy, server = running.busy("work"), running.server_busy()
    with running.app.app_context():
        begun = time.monotonic()
        owner = db.session.get_one(Account, account_id)
        with file.open("rb") as stream:
            new = imports.upload(owner, stream, file.name)
        uploaded = time.monotonic()
        basis = Basis(Consent.GIVEN, "benchmark", datetime.now(UTC).date())
        target = imports.Target(None, "Everybody")
        imports.start(new, new.mapping, new.has_header, target, basis)
        queue.wake("work", "imports.run", new.id)
        import_id = new.id
    running.wait(lambda: status(import_id) == ImportStatus.FINISHED)
    ended = time.monotonic()
    with running.app.app_context():
        done = db.session.get_one(Import, import_id)
        if done.added + done.updated != good:
            sys.exit(f"{done.added} added and {done.updated} updated of {good}")
    say(f"{label}: rows/s of the upload", rows / (uploaded - begun))
    say(f"{label}: rows/s of the worker", rows / (ended - uploaded))
    say(f"{label}: rows/s of both", rows / (ended - begun))
    say(f"{label}: processor µs a row, worker", (running.busy("work") - busy) / rows * 1e6)
    say(f"{label}: processor µs a row, server", (running.server_busy() - server) / rows * 1e6)


def status(import_id: int) -> str:
    """The status of the import now."""
    return db.session.get_one(Import, import_id, populate_existing=True).status


if __name__ == "__main__":
    main()
