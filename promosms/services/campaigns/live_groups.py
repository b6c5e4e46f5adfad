"""The groups of recipients whom a text that is being written is for.

Recipients with the same country, state and details are one group: they get the same text. A few
thousand recipients are read. Of more, the counts of recipients say how many are of each country and
state, and some that are spread over all of them show which details there are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, select, true
from sqlalchemy.orm import aliased

from promosms.db.bulk import among
from promosms.extensions import db
from promosms.models import (
    EVERYBODY,
    Account,
    Consent,
    ListRecipient,
    Recipient,
    RecipientList,
    Standing,
    SuppressionSource,
    is_promotional,
    table_of,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import addressed, audience
from promosms.services.campaigns.addressed import Addressed
from promosms.services.campaigns.drafts import Draft
from promosms.services.prices.prices import PriceList
from promosms.services.recipients import counts, sample

PEOPLE, LISTED = table_of(Recipient), table_of(ListRecipient)
MOST_READ = 20_000
"""So many recipients are read one by one."""
MOST_WALKED = 100_000
"""Among so many the first people are looked for who are in a segment."""
BLOCKS, BLOCK = 10, 200
"""Of more, so many blocks of neighbours are read, spread evenly."""
SOURCES = {
    Standing.FREE: None,
    Standing.HELD: SuppressionSource.HELD,
    Standing.OUT: SuppressionSource.HAND,
}
"""A source with the same reason for the reader."""
Stratum = tuple[str, str, Standing]
"""Country, consent and standing."""


class Group(NamedTuple):
    """Recipients for whom everything that counts is the same.

    `start` is the beginning of their phones, as long as the longest prefix with its own price;
    `values` are those of the fields that the text uses. `people` is a fraction where a few stand
    for many.
    """

    country: str
    start: str
    consent: str
    source: str | None
    asked: bool
    values: tuple[str, ...]
    people: float

    @classmethod
    def of(cls, row: Any) -> "Group":
        """The group of a row: its first five fields, the values, and the count."""
        country, start, consent, source, asked, *values, people = tuple[Any, ...](row)
        return cls(country, start, consent, source, bool(asked), tuple(values), people)


@dataclass
class Groups:
    """All groups. `read` is how many recipients stand for all, 0 if nobody was left unread.

    `counted`: how many recipients there are is exact; on lists that share people it may not be.
    """

    groups: list[Group]
    read: int = 0
    counted: bool = True


def find(account: Account, draft: Draft, names: Sequence[str], prices: PriceList) -> Groups:
    """The groups for whom a text with these details is."""
    if trial.may_text(account) is not None:
        return Groups(_read(account, draft, names, prices, true()))
    if not (asked := whom(account, draft)).only_lists:
        return _looked_up(account, draft, names, prices, asked)
    lists = [] if draft.everyone else chosen_lists(account, draft)
    if not draft.everyone and sum(one.size for one in lists) <= MOST_READ:
        on_lists = select(ListRecipient.recipient_id).where(
            ListRecipient.list_id.in_([one.id for one in lists])
        )
        return Groups(_read(account, draft, names, prices, Recipient.id.in_(on_lists)))
    strata, counted = _strata(account, lists)
    dear = {country for country, prefix in prices.amounts if prefix}
    if not names and not dear & {country for country, *_state in strata}:
        return Groups([_group(*each) for each in strata.items()], counted=counted)
    if sum(strata.values()) <= MOST_READ and not lists:
        return Groups(_read(account, draft, names, prices, true()))
    ids = _spread(account, lists)
    some = _read(account, draft, names, prices, among(PEOPLE.c.id), ids)
    return Groups(list(_scaled(strata, some, len(names), draft.kind)), len(ids), counted)


def _looked_up(
    account: Account, draft: Draft, names: Sequence[str], prices: PriceList, asked: Addressed
) -> Groups:
    """With segments, or with some left out: of many recipients by some spread over all."""
    everybody = counts.everybody(account.id)
    met = and_(*asked.conditions())
    if asked.follow_up and asked.follow_up.most <= MOST_READ:
        return Groups(_read(account, draft, names, prices, met))
    on_lists = sum(one.size for one in asked.chosen.lists)
    chosen_by_lists = not (draft.everyone or asked.chosen.segments or asked.follow_up)
    if chosen_by_lists and on_lists <= MOST_READ:
        members = select(ListRecipient.recipient_id).where(
            ListRecipient.list_id.in_([one.id for one in asked.chosen.lists])
        )
        return Groups(_read(account, draft, names, prices, and_(Recipient.id.in_(members), met)))
    if everybody <= MOST_READ:
        return Groups(_read(account, draft, names, prices, met))
    ids = list(sample.of_everybody(account.id, 2 * BLOCKS, 2 * BLOCK))
    some = _read(account, draft, names, prices, and_(among(PEOPLE.c.id), met), ids)
    factor = everybody / max(len(ids), 1)
    groups = [each._replace(people=each.people * factor) for each in some]
    return Groups(groups, len(ids), counted=False)


def first(account: Account, draft: Draft, number: int) -> list[Recipient]:
    """The first recipients who get the draft, by their ids."""
    query = to_some(account, draft, Recipient)
    order = Recipient.id
    asked = whom(account, draft)
    if asked.follow_up and asked.follow_up.most <= MOST_READ:
        queries = [query]
    elif not asked.only_lists:
        queries = [query.where(sample.oldest(account.id, MOST_WALKED))]
    elif draft.everyone or trial.may_text(account) is not None:
        queries = [query]
    else:  # from each list on its own: they are read in the order of the ids
        member = ListRecipient.recipient_id == Recipient.id
        order = ListRecipient.recipient_id
        queries = [
            select(Recipient).join(ListRecipient, member).where(ListRecipient.list_id == one.id)
            for one in chosen_lists(account, draft)
            if any(_texted(row, draft.kind) for row in counts.of(account.id, one))
        ]
    found = {
        row.id: row
        for query in queries
        for row in db.session.scalars(
            query.where(audience.gets(draft.kind)).order_by(order).limit(number)
        )
    }
    return [found[key] for key in sorted(found)[:number]]


def chosen_lists(account: Account, draft: Draft) -> list[RecipientList]:
    """The lists that a draft is addressed to, the largest first."""
    query = select(RecipientList).where(
        RecipientList.account_id == account.id, RecipientList.public_id.in_(draft.lists)
    )
    return sorted(db.session.scalars(query), key=lambda one: (-one.size, one.id))


def whom(account: Account, draft: Draft) -> Addressed:
    """Whom the draft is addressed to."""
    return Addressed(
        account.id,
        draft.everyone,
        addressed.chosen(account.id, draft.lists, draft.segments),
        addressed.chosen(account.id, draft.without_lists, draft.without_segments),
        draft.follow_up,
    )


def to_some(account: Account, draft: Draft, *columns: Any, asked: bool = False) -> Select[Any]:
    """The same; on trial guests only, and with `asked` those who were asked to be guests."""
    query, guests = whom(account, draft).select(*columns), trial.may_text(account)
    if guests is None:
        return query
    reached = guests | trial.unconfirmed(account) if asked else guests
    return query.where(Recipient.phone.in_(reached))


def _read(
    account: Account,
    draft: Draft,
    names: Sequence[str],
    prices: PriceList,
    condition: ColumnElement[bool],
    ids: Sequence[int] = (),
) -> list[Group]:
    """The groups of those who are in the condition, read by one statement."""
    asked = trial.unconfirmed(account)
    digits = max((len(prefix) for _, prefix in prices.amounts), default=0)
    columns = (
        Recipient.country,
        func.substr(Recipient.phone, 1, digits + 1).label("start"),
        Recipient.consent,
        audience.opted_out_by().label("source"),
        (Recipient.phone.in_(asked) if asked else false()).label("asked"),
    )
    used = [getattr(Recipient, name).label(f"used_{name}") for name in names]
    if trial.may_text(account) is not None:
        query = to_some(account, draft, *columns, *used, asked=True)
    else:
        query = select(*columns, *used).where(Recipient.account_id == account.id, condition)
    people = query.subquery()
    grouped = select(*people.c, func.count()).group_by(*people.c)
    return [Group.of(row) for row in db.session.execute(grouped, {"ids": ids} if ids else {})]


def _strata(account: Account, lists: Sequence[RecipientList]) -> tuple[Counter[Stratum], bool]:
    """How many recipients are of each country and state, and whether that is exact.

    Who stands on several lists is counted on the largest of them. Of the others, long ones are
    taken to share as many people with those before as some of their people say.
    """
    keys, strata, exact = [one.id for one in lists] or [EVERYBODY], Counter[Stratum](), True
    for place, (list_id, rows) in enumerate(counts.of_lists(account.id, keys).items()):
        share = 1.0
        if place and sum(row.people for row in rows) <= BLOCKS * BLOCK:
            rows = _not_on(account, keys[:place], list_id)
        elif place:
            share, exact = _share_not_on(keys[:place], list_id), False
        for row in rows:
            strata[row.country, row.consent, row.standing] += round(row.people * share)
    return strata, exact


def _not_on(account: Account, larger: Sequence[int], list_id: int) -> list[counts.Count]:
    """The recipients of a list who are on none of the larger lists."""
    other = aliased(ListRecipient)
    on_larger = exists().where(
        other.list_id.in_(larger), other.recipient_id == ListRecipient.recipient_id
    )
    columns = Recipient.country, Recipient.consent, audience.opted_out_by().label("source")
    query = (
        select(*columns)
        .join(ListRecipient, ListRecipient.recipient_id == Recipient.id)
        .where(ListRecipient.list_id == list_id, Recipient.account_id == account.id, ~on_larger)
    ).subquery()
    rows = db.session.execute(select(*query.c, func.count()).group_by(*query.c))
    found = []
    for row in rows:
        country, consent, source, people = tuple[Any, ...](row)
        found.append(counts.Count(country, consent, counts.standing_of(source), people))
    return found


def _share_not_on(larger: Sequence[int], list_id: int) -> float:
    """Which share of a list, by some that are spread over it, are on none of the larger lists."""
    ids = list(_of_list(list_id))
    on_larger = select(func.count(func.distinct(ListRecipient.recipient_id))).where(
        ListRecipient.list_id.in_(larger), among(LISTED.c.recipient_id)
    )
    return 1 - (db.session.scalar(on_larger, {"ids": ids}) or 0) / max(len(ids), 1)


def _scaled(strata: Counter[Stratum], some: list[Group], names: int, kind: str) -> Iterator[Group]:
    """The groups of some recipients, with the people of everybody of their country.

    Where nobody of a country was read, its people are taken to be like the others.
    """
    texted = [each for each in some if each.source is None and _agreed(each.consent, kind)]
    for stratum, people in strata.items():
        country, consent, standing = stratum
        like = [each for each in texted if each.country == country] or texted
        if not like or not _agreed(consent, kind) or standing != Standing.FREE:
            yield _group(stratum, people)._replace(values=("",) * names)
            continue
        factor = people / sum(each.people for each in like)
        for each in like:
            start = each.start if each.country == country else ""
            yield each._replace(country=country, start=start, people=each.people * factor)


def _texted(row: counts.Count, kind: str) -> bool:
    return _agreed(row.consent, kind) and row.standing == Standing.FREE


def _agreed(consent: str, kind: str) -> bool:
    """Has somebody with this consent agreed to texts of the kind?"""
    return consent == Consent.GIVEN or not is_promotional(kind)


def _group(stratum: Stratum, people: float) -> Group:
    country, consent, standing = stratum
    return Group(country, "", consent, SOURCES[standing], asked=False, values=(), people=people)


def _spread(account: Account, lists: Sequence[RecipientList]) -> list[int]:
    """Ids of recipients, spread over the lists, or over all recipients of the account."""
    if not lists:
        return list(sample.of_everybody(account.id, BLOCKS, BLOCK))
    size = sum(one.size for one in lists)
    found = (list(_of_list(one.id, max(1, round(BLOCKS * one.size / size)))) for one in lists)
    return sorted(set().union(*found))


def _of_list(list_id: int, blocks: int = BLOCKS) -> Iterator[int]:
    ids = select(ListRecipient.recipient_id).where(ListRecipient.list_id == list_id)
    return sample.spread(ids, ListRecipient.recipient_id, blocks, BLOCK)
