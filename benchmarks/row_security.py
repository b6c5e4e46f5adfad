"""The cost of row security in PostgreSQL for the pages of a signed-in customer.

    python -m benchmarks.row_security [--people 100000] [--times 60]

Two applications on one PostgreSQL database, one of which does not use it. An owner with so
many recipients, beside four others with half of that each, opens and sends the same things in both
by turns. For the worker, which is not bound, the policies themselves are taken away and put back.
Milliseconds without row security, and what comes on top with it: medians of the time, means of the
processor time of application and database (without their parallel helpers).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import psutil
from flask import Flask
from sqlalchemy import select, text

from benchmarks.installation import account, database, fill, running_installation, say
from benchmarks.preparation import TEXT, add_people
from promosms import create_app
from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    Recipient,
    Role,
    User,
    now,
)
from promosms.models import row_security as row_policies
from promosms.services.auth import sessions
from promosms.services.campaigns import drafts, preparation
from promosms.services.installation import defaults
from promosms.views.campaigns.review import _agreements
from tests.meta.stage import CONSENT
from tests.support.pages import PageClient

OTHERS = 4
WARM = 5
SIDES = ("without", "with")
SEARCH = "601 2"
# The query of the recipients page, with the values of one search.
QUERY = (
    "SELECT * FROM recipients WHERE account_id = {} AND search LIKE '%601234%' "
    "ORDER BY id DESC LIMIT 51"
)
COUNT = (
    "SELECT count(*) FROM (SELECT id FROM recipients WHERE account_id = {} "
    "AND search LIKE '%601%' LIMIT 100001) found"
)


@dataclass
class Site:
    """One of the two applications, and a browser with the signed-in owner."""

    app: Flask
    side: str
    browser: PageClient
    account_id: int
    report: str
    recipient: str
    numbers: Iterator[int]

    def get(self, path: str) -> None:
        """Read a whole page."""
        response = self.browser.get(path)
        assert response.status_code == 200, f"{path}: {response.status}"
        assert response.data

    def post(self, path: str, form: dict[str, str]) -> None:
        """Send a form that redirects to another page."""
        response = self.browser.send(path, form)
        assert response.status_code == 303, f"{path}: {response.status}"
        assert "/review" not in (response.location or "")

    def launch(self) -> Callable[[], None]:
        """Create a draft to everybody, confirmed on its review page, ready to be sent."""
        with self.app.app_context():
            draft = _campaign(self.account_id, CampaignStatus.DRAFT)
            agreed = _agreements().dumps([draft.public_id, drafts.stamp(draft), 10**9])
            path = f"/campaigns/{draft.public_id}/send"
        return lambda: self.post(path, {"agreed": str(agreed)})

    def prepare(self) -> Callable[[], None]:
        """Launch a campaign, which the worker prepares with or without the policies."""
        self.launch()()
        with self.app.app_context():
            _switch(on=self.side == "with")
        with self.app.app_context():
            campaign_id = preparation.waiting()[-1]

        def work() -> None:
            with self.app.app_context():
                assert preparation.prepare(campaign_id) == CampaignStatus.SENDING

        return work


def main() -> None:
    """Fill the database, compare page by page, print the query plans."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=60)
    options = parser.parse_args()
    say("people", options.people)
    sys.stdout.write(f"{'':26}{'time':>10}{'more':>9}{'ratio':>8} |")
    sys.stdout.write(f"{'processor':>10}{'more':>9}{'ratio':>8}\n")
    with database("postgresql") as url, running_installation(url) as running:
        with mock.patch.dict(os.environ, running.env):
            bare = create_app()
        bare.extensions["row_security"] = False
        with running.app.app_context():
            assert row_security.is_on()
            ids: Any = create_accounts(options.people)
            owner, *rest = ids
        apps = dict(zip(SIDES, (bare, running.app), strict=True))
        sites = {side: Site(app, side, signed_in(app, owner), *rest) for side, app in apps.items()}
        for name, (make, share) in ACTIONS.items():
            compare(name, sites, make, max(int(options.times * share), 3))
        with running.app.app_context():
            _switch(on=True)
        for site in sites.values():
            plans(site)
        with bare.app_context():
            db.engine.dispose()


def compare(
    name: str, sites: dict[str, Site], make: Callable[[Site], Callable[[], None]], times: int
) -> None:
    """Measure both alternately, under the same load of the machine."""
    taken: dict[str, list[float]] = {side: [] for side in SIDES}
    worked = dict.fromkeys(SIDES, 0.0)
    for turn in range(-min(WARM, times // 3), times):
        for side in SIDES if turn % 2 else reversed(SIDES):
            act = make(sites[side])
            busy, begun = processor(sites[side].app), time.perf_counter()
            act()
            if turn >= 0:
                taken[side].append((time.perf_counter() - begun) * 1000)
                worked[side] += processor(sites[side].app) - busy
    without, restricted = (taken[side] for side in SIDES)
    # Paired differences: other load of the machine disturbs them less than the two medians.
    more = median(b - a for a, b in zip(without, restricted, strict=True))
    usual, bare, bound = median(without), worked["without"] / times, worked["with"] / times
    figures = f"{usual:10.2f}{more:+9.2f}{1 + more / usual:8.3f}"
    sys.stdout.write(f"{name:26}{figures} |{bare:10.2f}{bound - bare:+9.2f}{bound / bare:8.3f}\n")
    sys.stdout.flush()


def processor(app: Flask) -> float:
    """Milliseconds of processor time so far: of this process and of its database connections."""
    with app.app_context():
        children = psutil.Process(_server(db.engine.url.query["host"])).children()
    files = [Path(f"/proc/{child.pid}/schedstat") for child in children]
    server = sum(int(file.read_text().split()[0]) for file in files if file.exists())
    return time.process_time() * 1000 + server / 1e6


@cache
def _server(folder: str) -> int:
    return int(Path(folder, "postmaster.pid").read_text().split()[0])


# The actions, and the share of `--times` for each.
ACTIONS: dict[str, tuple[Callable[[Site], Callable[[], None]], float]] = {
    "campaign list": (lambda site: lambda: site.get("/campaigns"), 1),
    "recipients": (lambda site: lambda: site.get("/recipients"), 1),
    "recipients, search": (lambda site: lambda: site.get(f"/recipients?q={SEARCH}"), 1),
    "one recipient": (lambda site: lambda: site.get(f"/recipients/{site.recipient}"), 1),
    "campaign report": (lambda site: lambda: site.get(f"/campaigns/{site.report}"), 1),
    "statement": (lambda site: lambda: site.get("/billing"), 1),
    "report as a file": (
        lambda site: lambda: site.get(f"/campaigns/{site.report}/download"),
        0.1,
    ),
    "add a recipient (writes)": (
        lambda site: (
            lambda: site.post(
                "/recipients/add", {"phone": f"+447400{next(site.numbers)}", **CONSENT}
            )
        ),
        1,
    ),
    "launch a campaign": (lambda site: site.launch(), 0.5),
    "prepare it (worker)": (lambda site: site.prepare(), 0.1),
}


def create_accounts(people: int) -> tuple[int, int, str, str, Iterator[int]]:
    """Create a large account and four others; returns owner, id, a campaign and a recipient."""
    ids = [account(f"account {number}") for number in range(OTHERS + 1)]
    for number, account_id in enumerate(reversed(ids)):
        size = people if account_id == ids[0] else people // 2
        add_people(account_id, size, 600_000_000 + number * 1_000)
        for _ in range(30):
            report = _campaign(account_id, CampaignStatus.FINISHED, size)
        _messages(account_id, report.id, size)
    with transaction() as session:
        owner = User(account_id=ids[0], role=Role.OWNER, email="owner@example.com")
        owner.phone, owner.must_choose_password = "+48601000101", False
        session.add(owner)
    settled = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with settled.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    chosen = select(Recipient.public_id).where(Recipient.account_id == ids[0]).limit(1)
    recipient = db.session.scalars(chosen).one()
    return owner.id, ids[0], report.public_id, recipient, count(110_000)


def signed_in(app: Flask, user_id: int) -> PageClient:
    """A browser with the signed-in owner."""
    with app.app_context():
        token = sessions.open_session(db.session.get_one(User, user_id), "Benchmark")
    browser = PageClient(app)
    with browser.session_transaction(base_url="https://localhost") as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return browser


def plans(site: Site) -> None:
    """Print how PostgreSQL finds the recipients of a search."""
    with site.app.test_request_context():
        standing = row_security.is_on()
        for query in (QUERY, COUNT):
            say("\nplan, with row security" if standing else "\nplan, without it", "")
            if standing:
                row_security.restrict_to(site.account_id)
            lines = db.session.execute(text("EXPLAIN ANALYZE " + query.format(site.account_id)))
            sys.stdout.write("".join(f"    {line}\n" for (line,) in lines))
            db.session.rollback()


def _campaign(account_id: int, status: CampaignStatus, size: int = 0) -> Campaign:
    with transaction() as session:
        campaign = Campaign(
            account_id=account_id,
            route_id=defaults.default_route().id,
            name="Our new shop",
            text=TEXT,
            everyone=True,
            status=status,
            n_delivered=size,
            launched_at=now(),
        )
        session.add(campaign)
    assert campaign.account_id
    return campaign


def _messages(account_id: int, campaign_id: int, number: int) -> None:
    columns: dict[str, object] = {
        "account_id": account_id,
        "campaign_id": campaign_id,
        "phone": "='+48' || CAST(600000000 + (CAST(n AS BIGINT) * 48271) % 99999989 AS TEXT)",
        "priority": 2,
        "country": "PL",
        "sender": "Shop",
        "text": "Hello Agnieszka, our new shop in Warszawa is open. 20 % off until Sunday!",
        "encoding": "gsm7",
        "parts": 1,
        "price": 300,
        "status": MessageStatus.DELIVERED,
        "attention_status": None,
        "reason": "",
        "attempts": 1,
        "unconfirmed": False,
        "created_at": now(),
        "sent_at": now(),
        "final_at": now(),
    }
    fill(Message, number, columns)


def _switch(*, on: bool) -> None:
    with transaction() as session:
        for table in db.metadata.sorted_tables:
            if rule := row_policies.rule(table):
                for statement in row_policies.drops(table.name):
                    session.execute(text(statement))
                for statement in row_policies.statements(table.name, rule) if on else ():
                    session.execute(text(statement))


if __name__ == "__main__":
    main()
