"""The pages of a campaign to a million people: composer, review, sending it, report.

    python -m benchmarks.review [--people 1000000] [--database sqlite|postgresql|URL]
        [--links] [--plain]

The real worker `work` counts what it costs, while the review shows how far it is. Milliseconds of a
page are medians of seven, without the line; `--links` adds an address that is shortened, `--plain`
writes names without accents. Sending happens once.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from flask import Flask

from benchmarks.installation import account, database, running_installation, say
from benchmarks.preparation import ADDRESS, TEXT, add_people
from benchmarks.row_security import signed_in
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus, Role
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from tests.support import colleagues
from tests.support.pages import PageClient

TIMES = 7


def main() -> None:
    """Measure once and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--links", action="store_true")
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    text = TEXT + ADDRESS if options.links else TEXT
    with database(options.database) as url, running_installation(url) as running:
        app = running.app
        with app.app_context():
            account_id = account("review")
            add_people(account_id, options.people, 600_000_000)
            draft = Draft(
                text=text, everyone=True, short_links=options.links, plain_details=options.plain
            )
            owner = db.session.get_one(Account, account_id)
            campaign = drafts.create(owner, draft, "")
            campaign_id, address = campaign.id, f"/campaigns/{campaign.public_id}"
            user_id = colleagues.add(
                account_id, "review@example.com", Role.OWNER, must_choose_password=False
            ).id
            db.session.remove()
        browser = signed_in(app, user_id)
        say("database", options.database)
        say("people", options.people)
        pages(browser, {"the review without a price": f"{address}/review"})
        running.start("work")
        begun = time.monotonic()
        browser.get(f"{address}/review")
        running.wait(lambda: "data-done" in browser.get(f"{address}/review/counting").text)
        say("until the price is there, s", time.monotonic() - begun)
        pages(
            browser,
            {
                "the review with its price": f"{address}/review",
                "the composer": f"{address}/edit",
            },
        )
        page = browser.get(f"{address}/review").text
        agreed = dict(re.findall(r'name="(agreed)" value="([^"]+)"', page))
        say("sending it, ms", once(lambda: browser.send(f"{address}/send", agreed))[0])
        begun = time.monotonic()
        running.wait(lambda: status(app, campaign_id) != CampaignStatus.PREPARING)
        say("messages/s prepared", options.people / (time.monotonic() - begun))
        if status(app, campaign_id) != CampaignStatus.SENDING:
            sys.exit(f"it is {status(app, campaign_id)}")
        pages(
            browser,
            {
                "the report": address,
                "the report's live part": f"{address}/live",
                "the campaigns": "/campaigns",
                "the dashboard": "/dashboard",
            },
        )


def pages(browser: PageClient, addresses: dict[str, str]) -> None:
    """Say the median time of each page."""
    for name, address in addresses.items():
        times = [once(partial(browser.get, address))[0] for _ in range(TIMES)]
        say(f"{name}, ms", median(times))


def once(act: Callable[[], object]) -> tuple[float, object]:
    """How many milliseconds it took, and what came of it."""
    begun = time.monotonic()
    result = act()
    return (time.monotonic() - begun) * 1000, result


def status(app: Flask, campaign_id: int) -> str:
    """The status of the campaign now."""
    with app.app_context():
        return db.session.get_one(Campaign, campaign_id, populate_existing=True).status


if __name__ == "__main__":
    main()
