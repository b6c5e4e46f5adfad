"""How many messages a second preparation writes, and whether its memory stays flat.

    python -m benchmarks.preparation [--people 1000000] [--database sqlite|postgresql|URL] [--links]

The real worker `work` renders, prices and inserts a campaign with two placeholders for everybody;
one name in four and one city in three are missing; `--links` adds an address that is shortened.
Measured from queueing the job to the hold.
"""

import argparse
import sys
import time
from statistics import median

from benchmarks.installation import Installation, account, database, fill, running_installation, say
from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Consent, Recipient
from promosms.services.campaigns import audience, launch
from promosms.services.installation import defaults
from tests.services.sending.conftest import check_books

TEXT = "Hello {first_name|there}, our new shop in {city|your city} is open. 20 % off until Sunday!"
ADDRESS = " https://shop.example/warsaw/opening-hours"
NAMES = "=CASE n % 4 WHEN 0 THEN '' WHEN 1 THEN 'Ola' WHEN 2 THEN 'José' ELSE 'Agnieszka' END"
CITIES = "=CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'Warszawa' ELSE 'Köln' END"


def main() -> None:
    """Run `--runs` times and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--links", action="store_true")
    options = parser.parse_args()
    results: dict[str, list[float]] = {}
    with database(options.database) as url:
        for _ in range(options.runs):
            for name, value in run(options.people, url, links=options.links).items():
                results.setdefault(name, []).append(value)
    say("database", options.database)
    say("people", options.people)
    for name, values in results.items():
        say(name, median(values))


def run(people: int, url: str, *, links: bool = False) -> dict[str, float]:
    """Measure once in a new installation."""
    with running_installation(url) as running:
        with running.app.app_context():
            account_id = account("preparation")
            add_people(account_id, people, 600_000_000)
            campaign_id, estimating = launched(account_id, links=links)
        running.start("work")
        begun, busy = time.monotonic(), running.busy("work")
        with running.app.app_context():
            queue.wake("work", "prepare.run", campaign_id)
        results = {"MB of the worker at 0 %": running.memory("work")}
        watch(running, campaign_id, people, results)
        seconds = time.monotonic() - begun
        busy = running.busy("work") - busy
        with running.app.app_context():
            campaign = db.session.get_one(Campaign, campaign_id)
            if (campaign.status, campaign.n_queued) != (CampaignStatus.SENDING, people):
                sys.exit(f"{campaign.status}: {campaign.n_queued} of {people}")
            check_books(account_id)
        rates = {
            "people/s of the review page": people / estimating,
            "messages/s prepared": people / seconds,
            "processor µs a message, worker": busy / people * 1e6,
        }
        return rates | results | {"MB of the worker at its peak": running.peak("work")}


def add_people(account_id: int, people: int, first: int) -> None:
    """Add recipients with consent; their numbers are spread from `first` on, without the 48."""
    number = f"CAST({first} + (CAST(n AS BIGINT) * 48271) % 99999989 AS TEXT)"
    columns: dict[str, object] = {
        "account_id": account_id,
        "public_id": f"=CAST({first * 10_000_000} + n AS TEXT)",
        "phone": f"='+48' || {number}",
        "country": "PL",
        "first_name": NAMES,
        "city": CITIES,
        "consent": Consent.GIVEN,
        "search": f"='+48' || {number}",
    }
    fill(Recipient, people, columns)


def launched(account_id: int, *, links: bool = False) -> tuple[int, float]:
    """A campaign to everybody; returns its id and the seconds that its estimate took."""
    with transaction() as session:
        campaign = Campaign(
            account_id=account_id,
            route_id=defaults.default_route().id,
            text=TEXT + ADDRESS if links else TEXT,
            short_links=links,
            everyone=True,
        )
        session.add(campaign)
    begun = time.monotonic()
    total = audience.estimate(campaign).total
    seconds = time.monotonic() - begun
    launch.launch(campaign, total)
    return campaign.id, seconds


def watch(running: Installation, campaign_id: int, people: int, results: dict[str, float]) -> None:
    """Note the memory of the worker at each quarter until the campaign is prepared."""
    quarters = iter((25, 50, 75, 100))
    quarter = next(quarters)

    def done() -> bool:
        nonlocal quarter
        db.session.rollback()
        campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
        written = campaign.n_queued + campaign.n_skipped
        while quarter and written * 100 >= people * quarter:
            results[f"MB of the worker at {quarter} %"] = running.memory("work")
            quarter = next(quarters, 0)
        return campaign.status != CampaignStatus.PREPARING

    running.wait(done)


if __name__ == "__main__":
    main()
