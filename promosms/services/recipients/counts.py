"""Recipient counts: read them, fold their parts, and compare them with the recipients each night.

The database keeps them itself (models/recipients/count_triggers.py).
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, text, tuple_
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db import upsert
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    EVERYBODY,
    FOLDED,
    Account,
    AccountStatus,
    RecipientCount,
    RecipientList,
    Standing,
    SuppressionSource,
    table_of,
)
from promosms.models.recipients import count_triggers

log = logs.get(__name__)
COUNTS = table_of(RecipientCount)
KEY = ("account_id", "list_id", "country", "consent", "standing")
BATCH = 5000
NAME = "recipient counts"
Key = tuple[int, int, str, str, str]


class Count(NamedTuple):
    """So many recipients of a country have this consent and this standing."""

    country: str
    consent: str
    standing: Standing
    people: int


def of(account_id: int, on_list: RecipientList | None = None) -> list[Count]:
    """The recipients of an account, or of one of its lists, by what they are counted by."""
    list_id = EVERYBODY if on_list is None else on_list.id
    return of_lists(account_id, [list_id])[list_id]


def everybody(account_id: int) -> int:
    """How many recipients an account has."""
    return sum(row.people for row in of(account_id))


def of_lists(account_id: int, list_ids: list[int]) -> dict[int, list[Count]]:
    """The counts of some lists by their ids."""
    people = func.sum(COUNTS.c.people)
    query = (
        select(*(COUNTS.c[name] for name in KEY[1:]), people)
        .where(COUNTS.c.account_id == account_id, COUNTS.c.list_id.in_(list_ids))
        .group_by(*(COUNTS.c[name] for name in KEY[1:]))
        .having(people != 0)
    )
    counts: dict[int, list[Count]] = {list_id: [] for list_id in list_ids}
    for row in db.session.execute(query):
        list_id, country, consent, standing, number = tuple[Any, ...](row)
        counts[list_id].append(Count(country, consent, Standing(standing), int(number)))
    return counts


def standing_of(source: str | None) -> Standing:
    """The standing of a number with this source on the suppression list."""
    if source is None:
        return Standing.FREE
    return Standing.HELD if source == SuppressionSource.HELD else Standing.OUT


def fold() -> int:
    """Add the parts that transactions have left to the folded ones; returns how many."""
    parts = select(COUNTS.c.part).where(COUNTS.c.part != FOLDED)
    if db.session.scalar(parts.limit(1)) is None:
        return 0
    keys = [COUNTS.c[name] for name in (*KEY, "part")]
    with transaction() as session:
        # Of two sweeps at once each part is folded by one.
        some = select(*keys).where(COUNTS.c.part != FOLDED).limit(BATCH)
        rows = session.execute(
            delete(COUNTS)
            .where(tuple_(*keys).in_(some.with_for_update(skip_locked=True)))
            .returning(*(COUNTS.c[name] for name in KEY), COUNTS.c.people)
        ).all()
        sums: Counter[Key] = Counter()
        for *key, people in rows:
            account_id, list_id, country, consent, standing = key
            sums[account_id, list_id, country, consent, standing] += people
        _add(
            session,
            [
                dict(zip(KEY, key, strict=True)) | {"part": FOLDED, "people": people}
                for key, people in sorted(sums.items())
            ],
        )
    return len(rows)


def step(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """Compare the counts of all accounts, an account at a time, and mend those that are wrong."""
    after = place.get("after", 0)
    while True:
        query = select(Account.id).where(Account.id > after).order_by(Account.id).limit(1)
        account_id = db.session.scalar(query)
        if account_id is None:
            return None
        mend(account_id)
        after = account_id
        if over():
            return {"after": after}


def mend(account_id: int) -> int:
    """Correct counts that are not those of the recipients; returns how many were wrong.

    The difference between both is added, as they were seen at one moment: changes that are under
    way add theirs, and nobody waits.
    """
    if not _differences(account_id):
        return 0
    with transaction() as session:
        account = session.get(Account, account_id)
        if account is None or account.status == AccountStatus.DELETING:
            return 0
        differences = _differences(account_id)
        if differences:
            part = FOLDED if on_sqlite() else func.txid_current()
            _add(session, [{**difference, "part": part} for difference in differences])
    number = len(differences)
    log.error("recipient_counts.mended", extra={"code": "differed", "count": number})
    return number


def _differences(account_id: int) -> list[dict[str, Any]]:
    """What has to be added to the counts of an account; seen by one statement, at one moment."""
    query = text(
        f"SELECT {', '.join(KEY)}, sum(people) AS people FROM ("
        f"SELECT * FROM ({count_triggers.truth('account_id = :account')}) AS counted UNION ALL "
        f"SELECT {', '.join(KEY)}, -people FROM recipient_counts WHERE account_id = :account"
        f") AS both_sides GROUP BY {', '.join(KEY)} HAVING sum(people) <> 0"
    ).bindparams(bindparam("account", account_id))
    return [{**row, "people": int(row["people"])} for row in db.session.execute(query).mappings()]


def _add(session: Session, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        added = upsert.insert(RecipientCount).values(row)
        session.execute(
            added.on_conflict_do_update(
                index_elements=[*KEY, "part"],
                set_={"people": COUNTS.c.people + added.excluded.people},
            )
        )
