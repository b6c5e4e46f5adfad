"""How much memory a whole installation takes: the demo idle, and after a campaign of 5,000.

    python -m benchmarks.memory [--people 5000] [--idle 30] [--database URL]

Starts `promosms up --demo` in a folder of its own and waits until its campaign is through. Prints
the seconds from the start to the first page, and the memory of each process: what it has alone and
its part of what processes share (PSS of the kernel, in MB), so that the sum is that of the machine.
Then a CSV is imported and sent to, and the same is printed once all receipts are there.
"""

import argparse
import time

import psutil
from flask import Flask
from sqlalchemy import func, select

from benchmarks import first_campaign, people
from benchmarks.first_campaign import say
from promosms import create_app
from promosms.extensions import db
from promosms.models import Message, MessageStatus

NAMES = {"valkey-server": "redis"}


def main() -> None:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds before it is measured")
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with first_campaign.own_folder(options.database) as folder:
        file = folder / "people.csv"
        good = people.write(file, options.people, bad=0.0)
        began = time.monotonic()
        with first_campaign.installation_running(folder, "--demo") as supervisor:
            seconds = time.monotonic() - began
            app = create_app(pages=False)
            say("seconds to the first page", f"{seconds:.1f}")
            wait_until_sent(app)
            time.sleep(options.idle)
            show("MB, idle", supervisor)
            account_id = first_campaign.open_account(app)
            first_campaign.import_file(app, account_id, file, good)
            first_campaign.send(app, account_id, good)
            show(f"MB, after a campaign of {options.people:,}", supervisor)


def wait_until_sent(app: Flask) -> None:
    """Wait until all texts of the demo have left."""
    waiting = select(func.count()).where(Message.status.in_(MessageStatus.WAITING))
    with app.app_context():
        first_campaign.wait(lambda: not db.session.scalar(waiting))
        db.session.remove()


def show(when: str, supervisor: psutil.Process) -> None:
    """Print the memory of each process in MB, and their sum."""
    total = 0.0
    for process in [supervisor, *supervisor.children(recursive=True)]:
        megabytes = process.memory_full_info().pss / 1e6
        total += megabytes
        name = process.name()
        say(f"{when}: {NAMES.get(name, name)}", megabytes)
    say(f"{when}: together", total)


if __name__ == "__main__":
    main()
