"""Pages, filters and the composer of an account with a million recipients, on lists that overlap.

    python -m benchmarks.counts [--recipients 1000000] [--database sqlite|postgresql|URL]

Three lists, of 33 %, of 10 % and of one of 20,000, overlap. One of twenty recipients has not
agreed, one of a hundred has opted out, and of these one of ten is held. Milliseconds, medians;
`before` are the statements that counted and filtered without counts, in the same run.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, exists, func, insert, literal, literal_column, select, text

from benchmarks.installation import account, database, fill, running_installation, say
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    now,
)
from promosms.services.campaigns import audience, live_estimate, text_cost
from promosms.services.campaigns.drafts import Draft
from promosms.services.recipients import counts, pages, states
from promosms.services.recipients.filters import Search
from promosms.services.recipients.pages import PAGE
from promosms.services.recipients.states import State

NUMBER = "CAST(600000000 + (CAST(n AS BIGINT) * 48271) % 99999989 AS TEXT)"
NAMES = "=CASE n % 4 WHEN 0 THEN '' WHEN 1 THEN 'Ola' WHEN 2 THEN 'José' ELSE 'Agnieszka' END"
SHARES = (("large", 3), ("smaller", 10), ("small", 20_000))
MOST_COUNTED = 100_000
"""So many were counted before."""
TEXTS = (("no details", "New shop, 20 % off"), ("first names", "Hi {first_name|there}, 20 % off"))


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    with (
        database(options.database) as url,
        running_installation(url) as running,
        running.app.app_context(),
    ):
        account_id = account("counts")
        lists = _fill(account_id, options.recipients)
        say("load of the machine", f"{os.getloadavg()[0]:.1f}")
        _line("", "new", "before", "found")
        for label, on_list in (("list", lists[0]), ("all", None)):
            for state in State:
                _page(
                    f"{label}, {state}", Search(account_id, state=state, on_list=on_list), options
                )
        for label, text_ in TEXTS:
            for audience_, chosen in (("one list", 1), ("three lists", 3), ("everyone", 0)):
                ids = [one.public_id for one in lists[:chosen]]
                _compose(f"composer, {audience_}, {label}", account_id, text_, ids, options)
        say("counts compared with the recipients, s", f"{_seconds(account_id):.1f}")


def _fill(account_id: int, number: int) -> list[RecipientList]:
    columns: dict[str, object] = {
        "account_id": account_id,
        "public_id": f"=CAST({10**15} + n AS TEXT)",
        "phone": f"='+48' || {NUMBER}",
        "country": "=CASE n % 10 WHEN 0 THEN 'GB' ELSE 'PL' END",
        "first_name": NAMES,
        "consent": "=CASE n % 20 WHEN 3 THEN 'none' ELSE 'given' END",
        "search": f"='48' || {NUMBER}",
    }
    fill(Recipient, number, columns)
    made = [_list(account_id, name, every) for name, every in SHARES]
    out: Select[*tuple[Any, ...]] = select(
        literal_column("'s' || recipients.id"),
        Recipient.account_id,
        Recipient.phone,
        literal_column("CASE recipients.id % 1000 WHEN 7 THEN 'held' ELSE 'keyword' END"),
        literal(now()),
    ).where(Recipient.id % 100 == 7)
    with transaction() as session:
        names = ["public_id", "account_id", "phone", "source", "created_at"]
        session.execute(insert(Suppression).from_select(names, out, include_defaults=True))
    counts.fold()
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE"))
    return made


def _list(account_id: int, name: str, every: int) -> RecipientList:
    with transaction() as session:
        new = RecipientList(account_id=account_id, name=name)
        session.add(new)
        session.flush()
        rows = select(literal(new.id), Recipient.id, literal(account_id))
        columns = ["list_id", "recipient_id", "account_id"]
        chosen = rows.where(Recipient.id % every == 0)
        session.execute(insert(ListRecipient).from_select(columns, chosen))
        on_list = select(func.count()).where(ListRecipient.list_id == new.id)
        new.size = session.scalars(on_list).one()
    return new


def _page(label: str, search: Search, options: argparse.Namespace) -> None:
    new = _median(lambda: pages.page(search), options.times)
    before = _median(lambda: _page_before(search), min(options.times, 3))
    _line(label, f"{new:.1f}", f"{before:,.0f}", f"{pages.page(search).total:,}")


def _page_before(search: Search) -> None:
    query = select(Recipient).where(Recipient.account_id == search.account_id)
    if search.on_list is not None:
        query = query.join(ListRecipient, ListRecipient.recipient_id == Recipient.id)
        query = query.where(ListRecipient.list_id == search.on_list.id)
    query = query.where(*states.conditions(search.state))
    db.session.scalars(query.order_by(Recipient.id.desc()).limit(PAGE + 1)).all()
    if search.on_list is None or search.state is not State.ALL:
        counted = query.with_only_columns(Recipient.id).limit(MOST_COUNTED + 1).subquery()
        db.session.scalar(select(func.count()).select_from(counted))


def _compose(
    label: str, account_id: int, text_: str, lists: list[str], options: argparse.Namespace
) -> None:
    draft = Draft(text=text_, lists=lists, everyone=not lists)
    owner = db.session.get_one(Account, account_id)

    def show() -> None:
        live_estimate.estimate(owner, draft)
        live_estimate.person(owner, draft, 0)

    new = _median(show, options.times)
    before = _median(lambda: _groups_before(account_id, draft), min(options.times, 3))
    live = live_estimate.estimate(owner, draft)
    about = "" if live.counted else "about "
    _line(label, f"{new:.1f}", f"{before:,.0f}", f"{about}{live.people:,}")
    if not lists:
        cost = _median(
            lambda: text_cost.text_cost(owner, text_, opt_out_line=True, language="en"),
            options.times,
        )
        _line("  the text alone", f"{cost:.1f}", "", "")


def _groups_before(account_id: int, draft: Draft) -> None:
    columns = Recipient.country, Recipient.consent, audience.opted_out_by().label("source")
    used = [Recipient.first_name] if "{" in draft.text else []
    lists = select(RecipientList.id).where(RecipientList.public_id.in_(draft.lists))
    query = select(*columns, *used).where(Recipient.account_id == account_id)
    if not draft.everyone:
        member = ListRecipient.list_id.in_(lists), ListRecipient.recipient_id == Recipient.id
        query = query.where(exists().where(*member))
    people = query.subquery()
    db.session.execute(select(*people.c, func.count()).group_by(*people.c)).all()


def _median(work: Callable[[], object], times: int) -> float:
    """Milliseconds; each in a transaction of its own, as a page is."""
    spent = []
    for _ in range(times):
        db.session.rollback()
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _seconds(account_id: int) -> float:
    begun = time.perf_counter()
    if counts.mend(account_id):
        sys.exit("The counts were not those of the recipients.")
    return time.perf_counter() - begun


def _line(label: str, *cells: str) -> None:
    sys.stdout.write(f"{label:38}" + "".join(f"{cell:>16}" for cell in cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
