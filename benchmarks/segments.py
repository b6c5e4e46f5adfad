"""Segments of an account with a million recipients: their pages, and how they are counted.

    python -m benchmarks.segments [--recipients 1000000] [--database sqlite|postgresql|URL]

One of three recipients is on a list, one of five has agreed within the month, every second was
texted by a campaign, of which half are noted. Milliseconds, medians: the page, the count of a
sample that a form shows at once, and the count of everybody that a job makes. The last line is what
it costs to note who was texted, for each text.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, insert, literal, literal_column, select, text

from benchmarks.counts import NUMBER
from benchmarks.installation import account, database, fill, running_installation, say
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    ListRecipient,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    Segment,
    now,
)
from promosms.services.installation import defaults
from promosms.services.recipients import activity, counts, pages
from promosms.services.recipients.filters import Search
from promosms.services.recipients.segments import counts as segment_counts
from promosms.services.recipients.segments import queries
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match

CITIES = (
    "=CASE WHEN n % 50000 = 7 THEN 'Ełk' WHEN n % 3 = 0 THEN 'Łódź' "
    "WHEN n % 3 = 1 THEN 'Kraków' ELSE 'Köln' END"
)

FOLDED = (
    "CASE WHEN n % 50000 = 7 THEN '  elk' WHEN n % 3 = 0 THEN '  lodz' "
    "WHEN n % 3 = 1 THEN '  krakow' ELSE '  koln' END"
)
"""The same cities in the text for searching."""


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with (
        database(options.database) as url,
        running_installation(url) as running,
        running.app.app_context(),
    ):
        account_id = account("segments")
        on_list = _fill(account_id, options.recipients)
        _note(account_id)
        say("load of the machine", f"{os.getloadavg()[0]:.1f}")
        _line("", "page", "sample", "everybody", "people", "about")
        for label, *rows in _filters(on_list.public_id):
            _measure(label, account_id, Filter(Match.ALL, tuple(rows)), options.times)


def _filters(list_id: str) -> list[tuple[str, *tuple[Condition, ...]]]:
    city, lately = (
        Condition(Kind.TEXT, "city", "is", "łódź"),
        Condition(Kind.TEXTED, "texted", "last_days", "30"),
    )
    return [
        ("a city", city),
        ("a rare city", Condition(Kind.TEXT, "city", "is", "elk")),
        ("nobody", Condition(Kind.TEXT, "city", "is", "Rome")),
        ("on a list", Condition(Kind.LIST, "list", "on", list_id)),
        ("not texted for 30 days", Condition(Kind.TEXTED, "texted", "not_last_days", "30")),
        (
            "four conditions",
            city,
            lately,
            Condition(Kind.CONSENT, "consent", "given"),
            Condition(Kind.LIST, "list", "not_on", list_id),
        ),
    ]


def _fill(account_id: int, number: int) -> RecipientList:
    columns: dict[str, object] = {
        "account_id": account_id,
        "public_id": f"=CAST({10**15} + n AS TEXT)",
        "phone": f"='+48' || {NUMBER}",
        "country": "PL",
        "city": CITIES,
        "consent": "=CASE n % 20 WHEN 3 THEN 'none' ELSE 'given' END",
        "search": f"={FOLDED} || '  48' || {NUMBER}",
    }
    fill(Recipient, number, columns)
    with transaction() as session:
        new = RecipientList(account_id=account_id, name="list", size=number // 3)
        session.add(new)
        session.flush()
        rows = select(literal(new.id), Recipient.id, literal(account_id)).where(
            Recipient.id % 3 == 0
        )
        session.execute(
            insert(ListRecipient).from_select(["list_id", "recipient_id", "account_id"], rows)
        )
        for half, status in ((0, CampaignStatus.FINISHED), (1, CampaignStatus.SENDING)):
            campaign = Campaign(
                account_id=account_id, route_id=defaults.default_route().id, status=status
            )
            session.add(campaign)
            session.flush()
            texts: Select[*tuple[Any, ...]] = select(
                *(literal(account_id), literal(campaign.id), Recipient.public_id, Recipient.phone),
                *(
                    literal_column(f"'{MessageStatus.DELIVERED}'"),
                    literal(now() - timedelta(days=2)),
                ),
                literal(now()),
            ).where(Recipient.id % 4 == half)
            names = [
                "account_id",
                "campaign_id",
                "recipient",
                "phone",
                "status",
                "sent_at",
                "created_at",
            ]
            session.execute(insert(Message).from_select(names, texts, include_defaults=True))
    counts.fold()
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE"))
    return new


def _note(account_id: int) -> None:
    begun = time.perf_counter()
    activity.note(time_slice.nobody)
    spent = time.perf_counter() - begun
    ended = select(Campaign.id).where(
        Campaign.account_id == account_id, Campaign.status == CampaignStatus.FINISHED
    )
    texts = select(func.count(Message.id)).where(Message.campaign_id.in_(ended))
    number = db.session.scalar(texts) or 1
    say("to note who was texted, µs a text", f"{spent / number * 1e6:.1f}")


def _measure(label: str, account_id: int, chosen: Filter, times: int) -> None:
    owner = db.session.get_one(Account, account_id)
    with transaction() as session:
        segment = Segment(account_id=account_id, name=label, conditions=chosen.stored(), people=0)
        session.add(segment)
    counted: list[int] = []

    def everybody() -> None:
        query = select(func.count(Recipient.id)).where(Recipient.account_id == account_id)
        counted.append(db.session.scalar(query.where(queries.where(owner, chosen))) or 0)

    def sample() -> segment_counts.Counted:
        return segment_counts.now_or_about(account_id, queries.where(owner, chosen))

    page = _median(lambda: pages.page(Search(account_id, segment=segment)), times)
    spent = _median(sample, times), _median(everybody, min(times, 3))
    figures = (f"{value:.1f}" for value in (page, *spent))
    _line(label, *figures, f"{counted[0]:,}", f"{sample().people:,}")


def _median(work: Callable[[], object], times: int) -> float:
    """Milliseconds; each in a transaction of its own, as a page is."""
    spent = []
    for _ in range(times):
        db.session.rollback()
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _line(label: str, *cells: str) -> None:
    sys.stdout.write(f"{label:26}" + "".join(f"{cell:>12}" for cell in cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
