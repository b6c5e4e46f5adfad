"""How long a page of found recipients takes, in a million recipients of one account.

    python -m benchmarks.search [--recipients 1000000] [--database postgresql] [--times 7]

Names of several languages; another account has as many, between the first one's. Each line is the
median of a page of 50 with everything that it shows, and of the query that looked through all texts
when there was no index. The recipients come in batches of a thousand, as an import writes them.
"""

import argparse
import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, insert, literal, select, text

from benchmarks.installation import account, database, running_installation, say
from promosms.db.transactions import on_sqlite, transaction
from promosms.db.upsert_rows import upsert_rows
from promosms.extensions import db
from promosms.models import (
    FIELD_NAMES,
    ListRecipient,
    Recipient,
    RecipientList,
    Suppression,
    new_public_id,
    now,
    table_of,
)
from promosms.services.recipients import pages, states
from promosms.services.recipients.filters import Search
from promosms.services.recipients.pages import PAGE
from promosms.services.recipients.search import search_terms, search_text
from promosms.services.recipients.states import State

BATCH = 1_000
UNIQUE = "account_id", "phone"
FIRST = (
    "Łucja Żaneta Michał Józef Grażyna Paweł Małgorzata Anna Olivia George Zoë Siân Chloë Oliver "
    "Freya Jürgen Käthe Björn Günther Änne Иван Марія Γιώργος Ελένη José Núñez Çağla Işıl Đorđe"
)
BEGIN = "Kow Nowa Wiś Zie Lew Szy Woź Dąb Köh Mül Schä Krü Smi Tay Bro Hug Pat O'N Grö Wei"
MIDDLE = "al i łow ma an er ler sk ber na"
END = "czyk ski ska ler mann son wicz er cka ek"
CITIES = "Łódź Kraków Gdańsk Köln München Straßburg Zürich Bristol Plovdiv Αθήνα Київ Brno"
HOSTS = "gmail.com wp.pl onet.pl example.com gmx.de web.de outlook.com"
WORDS = [words.split() for words in (FIRST, CITIES, HOSTS, BEGIN, MIDDLE, END)]
RARE = {"first_name": "Xaviera", "last_name": "Quispe", "city": "Ełk"}
RARE_EVERY = 9_973
OLD_MOST = 100_000
"""So many were counted by the old query."""
SEARCHES = (
    ("part of a name, frequent", "anna"),
    ("part of a name, rare", "xavier"),
    ("part of a name, some thousands", "köhler"),
    ("nothing found, letters of names", "kohlerski annaczyk"),
    ("nothing found, other letters", "qqq www"),
    ("part of a number", "601 234"),
    ("end of a number", "4567891"),
    ("part of an e-mail address, frequent", "@gmail"),
    ("part of an e-mail address", "szymanski17@"),
    ("two terms, both frequent", "anna gmail"),
    ("three terms", "jozef kowal lodz"),
    ("two letters", "an"),
    ("one letter", "x"),
    ("Greek", "ελενη"),
)


def main() -> None:
    """Fill, search, print the milliseconds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    with (
        database(options.database) as url,
        running_installation(url) as running,
        running.app.app_context(),
    ):
        ours = _fill(options.recipients)
        say("load of the machine", f"{os.getloadavg()[0]:.1f}")
        _line("", "new", "before", "found")
        for label, words in SEARCHES:
            _measure(label, Search(ours, words), options.times)
        large, small = _lists(ours)
        _measure(
            "frequent, on a list of a third", Search(ours, "anna", on_list=large), options.times
        )
        _measure("frequent, on a list of 1,000", Search(ours, "anna", on_list=small), options.times)
        _opt_out(ours)
        for state in (State.TEXTABLE, State.OPTED_OUT):
            _measure(f"frequent, {state}", Search(ours, "anna", state), options.times)


def _fill(number: int) -> int:
    """Two accounts with so many recipients each; returns the first one."""
    ids = [account("ours"), account("theirs")]
    rows = zip(*(_people(id_, number, seed) for seed, id_ in enumerate(ids)), strict=True)
    both, spent = itertools.chain.from_iterable(rows), 0.0
    while batch := list(itertools.islice(both, BATCH)):
        begun = time.perf_counter()
        with transaction() as session:
            given = [tuple(row.values()) for row in batch]
            upsert_rows(session, table_of(Recipient), list(batch[0]), given, UNIQUE, ["search"])
        spent += time.perf_counter() - begun
    say("stored with the index, µs a row", f"{spent / number / 2 * 1e6:.1f}")
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE recipients"))
    return ids[0]


def _people(account_id: int, number: int, seed: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(seed)
    empty: dict[str, Any] = dict.fromkeys(FIELD_NAMES, "")
    firsts, cities, hosts, *pieces = WORDS
    for n in range(number):
        last = "".join(map(chance.choice, pieces))
        row = {"first_name": chance.choice(firsts), "last_name": last}
        if chance.random() < 0.7:
            plain = ".".join(search_text("", row).split())
            row["email"] = f"{plain}{n % 99}@{chance.choice(hosts)}"
        row["city"] = chance.choice(cities)
        if n % RARE_EVERY == 0:
            row |= RARE
        phone = f"+48{600_000_000 + n * 7_919 % 100_000_000}"
        yield (
            empty
            | row
            | {
                "public_id": new_public_id(),
                "account_id": account_id,
                "phone": phone,
                "country": "PL",
                "consent": "given",
                "search": search_text(phone, row),
                "created_at": now(),
                "updated_at": now(),
            }
        )


def _lists(account_id: int) -> tuple[RecipientList, RecipientList]:
    """A list of every third recipient, and one of 1,000."""
    made = []
    own = select(Recipient.id).where(Recipient.account_id == account_id)
    for every, most in ((3, None), (1, 1_000)):
        with transaction() as session:
            new = RecipientList(account_id=account_id, name=f"every {every}")
            session.add(new)
            session.flush()
            rows = own.where(Recipient.id % every == 0).limit(most).subquery()
            columns = ["account_id", "list_id", "recipient_id"]
            members = select(literal(account_id), literal(new.id), rows.c.id)
            session.execute(insert(ListRecipient).from_select(columns, members))
            members_of = select(func.count()).where(ListRecipient.list_id == new.id)
            new.size = session.scalar(members_of) or 0
            made.append(new)
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE list_recipients"))
    return made[0], made[1]


def _opt_out(account_id: int) -> None:
    """One of a hundred."""
    columns = ["public_id", "account_id", "phone", "source", "created_at"]
    chosen = select(
        Recipient.public_id, Recipient.account_id, Recipient.phone, literal("hand"), literal(now())
    ).where(Recipient.account_id == account_id, Recipient.id % 100 == 0)
    with transaction() as session:
        session.execute(insert(Suppression).from_select(columns, chosen, include_defaults=True))


def _measure(label: str, search: Search, times: int) -> None:
    found = pages.page(search)
    new = _median(lambda: pages.page(search), times)
    before = _median(lambda: _old(search), min(times, 3))
    more = "more than " if found.more_than_counted else ""
    total = min(found.total, found.most_counted or found.total)
    _line(label, f"{new:.1f}", f"{before:,.0f}", f"{more}{total:,}")


def _old(search: Search) -> None:
    """The page and the total as they were asked for without an index."""
    query = select(Recipient).where(Recipient.account_id == search.account_id)
    if search.on_list is not None:
        on_list = ListRecipient.list_id == search.on_list.id
        query = query.join(ListRecipient, ListRecipient.recipient_id == Recipient.id).where(on_list)
    for term in search_terms(search.words):
        query = query.where(Recipient.search.contains(term, autoescape=True))
    query = query.where(*states.conditions(search.state))
    if not on_sqlite():
        db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    db.session.scalars(query.order_by(Recipient.id.desc()).limit(PAGE + 1)).all()
    counted = query.with_only_columns(Recipient.id).limit(OLD_MOST + 1).subquery()
    db.session.scalar(select(func.count()).select_from(counted))


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
    sys.stdout.write(f"{label:38}" + "".join(f"{cell:>16}" for cell in cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
