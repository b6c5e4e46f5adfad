"""How long the export of a large account takes, how much memory, and how fast purging is.

    python -m benchmarks.account_export [--messages 1000000] [--database sqlite|postgresql|URL]

The real worker `work` exports an account with so many messages; then the same messages, 31 days old
by now, are purged. Measured from queueing the job to the finished file, and over all batches.
"""

import argparse
import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from benchmarks.installation import account, database, fill, running_installation, say
from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountExport,
    Campaign,
    CampaignStatus,
    ExportStatus,
    Message,
    MessageStatus,
    now,
)
from promosms.services.installation import defaults
from promosms.services.privacy import export as account_export
from promosms.services.privacy import purge_messages

TEXT = "Hello Agnieszka, our new shop in Warszawa is open. 20 % off until Sunday!"


def main() -> None:
    """Run once and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    options = parser.parse_args()
    say("database", options.database)
    say("messages", options.messages)
    with database(options.database) as url:
        for name, value in run(options.messages, url).items():
            say(name, value)


def run(messages: int, url: str) -> dict[str, float]:
    """Measure once in a new installation."""
    with running_installation(url) as running:
        with running.app.app_context():
            account_id = account("export")
            campaign_id = _sent(account_id, messages)
        running.start("work")
        with running.app.app_context():
            export = account_export.start(db.session.get_one(Account, account_id), "benchmark")
            export_id = export.id
            begun = time.monotonic()
            queue.wake("work", "exports.run", export_id)
        running.wait(lambda: _ended(export_id), every=0.5)
        results = {"seconds of the export": time.monotonic() - begun}
        results["MB of the worker at its peak"] = running.peak("work")
        with running.app.app_context():
            done = db.session.get_one(AccountExport, export_id)
            if done.status != ExportStatus.READY or done.done < messages:
                sys.exit(f"{done.status}: {done.done} of {messages}")
            results["MB of the file"] = done.size / 1e6
            begun = time.monotonic()
            purge_messages.messages({}, lambda: False)
            results["messages/s purged"] = messages / (time.monotonic() - begun)
            left = select(func.count()).select_from(Message)
            if db.session.scalar(left.where(Message.campaign_id == campaign_id)):
                sys.exit("something is left")
        return results


def _sent(account_id: int, messages: int) -> int:
    """Create a campaign that finished 31 days ago."""
    moment = now() - timedelta(days=31)
    with transaction() as session:
        campaign = Campaign(
            account_id=account_id,
            route_id=defaults.default_route().id,
            text=TEXT,
            status=CampaignStatus.FINISHED,
            n_delivered=messages,
            launched_at=moment,
            finished_at=moment,
        )
        session.add(campaign)
    columns: dict[str, object] = {
        "account_id": account_id,
        "campaign_id": campaign.id,
        "phone": "='+48' || CAST(600000000 + (CAST(n AS BIGINT) * 48271) % 99999989 AS TEXT)",
        "priority": 2,
        "country": "PL",
        "sender": "Shop",
        "text": TEXT,
        "encoding": "gsm7",
        "parts": 1,
        "price": 500,
        "status": MessageStatus.DELIVERED,
        "attention_status": None,
        "reason": "",
        "attempts": 1,
        "unconfirmed": False,
        "created_at": moment,
        "sent_at": moment,
        "final_at": moment,
    }
    fill(Message, messages, columns)
    return campaign.id


def _ended(export_id: int) -> bool:
    db.session.rollback()
    status = db.session.scalar(select(AccountExport.status).where(AccountExport.id == export_id))
    return status in (ExportStatus.READY, ExportStatus.FAILED)


if __name__ == "__main__":
    main()
