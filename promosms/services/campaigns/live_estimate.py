"""What a text would cost its whole audience, while it is being written.

The review reads every recipient; this must answer between two keys. So recipients with the same
country, state and details are one group, read by one statement: a shop with 100,000 recipients has
a few thousand different first names.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, false, func, select

from promosms.extensions import db
from promosms.models import FIELD_NAMES, Account, Recipient, RecipientList
from promosms.services.accounts import trial
from promosms.services.campaigns import audience
from promosms.services.campaigns.audience import MessageDraft, PriceOf
from promosms.services.campaigns.campaigns import Draft
from promosms.services.campaigns.writer import Writer
from promosms.services.gateways import routing
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.prices.prices import PriceList
from promosms.sms import gsm7, segments

MOST_GROUPS = 20_000
"""Further groups are taken to be like these; the estimate says that it is one."""
NAMED = 3
PEOPLE_SHOWN = 20


class Person(NamedTuple):
    """A recipient whose text is shown; `name` is empty where none is known."""

    name: str
    phone: str
    text: str


@dataclass
class DearDetails:
    """Recipients whose details, such as names, make their text dearer; `extra` in 1/10,000."""

    people: int = 0
    extra: int = 0
    values: list[str] = field(default_factory=list)
    """The details of the first of them."""


@dataclass
class LiveEstimate:
    """The audience of a text, and what it would cost; money in 1/10,000."""

    people: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    fewest: int = 0
    """Texts that the cheapest recipient gets, for whom each part is one."""
    most: int = 0
    price: int = 0
    exact: bool = True
    dear: DearDetails = field(default_factory=DearDetails)
    dearest: str = ""
    """The text with the highest price."""
    longest: str = ""
    """The text with the most characters."""

    @property
    def everybody(self) -> int:
        """All recipients, with those who are left out."""
        return self.people + self.left_out.total()


class _Group(NamedTuple):
    """Recipients for whom everything that counts is the same.

    `start` is the beginning of their phones, as long as the longest prefix with its own price;
    `values` are those of the fields that the text uses.
    """

    country: str
    start: str
    consent: str
    source: str | None
    asked: bool
    values: tuple[str, ...]
    people: int

    @classmethod
    def of(cls, row: Row[Any]) -> "_Group":
        """The group of a row: its first five fields, the values, and the count."""
        country, start, consent, source, asked, *values, people = tuple[Any, ...](row)
        return cls(country, start, consent, source, bool(asked), tuple(values), people)

    def message(self, writer: Writer, price_of: PriceOf, choose: routing.Chooser) -> MessageDraft:
        """The message that each of them would get."""
        person = 0, "", self.start, self.country, self.consent, self.source
        draft = audience.draft_of(writer, price_of, choose, *person, *self.values)
        return audience.if_confirmed({self.start} if self.asked else set(), draft)


@dataclass(frozen=True)
class _Writers:
    """As the draft says, with the details as they are, and with plain ones."""

    chosen: Writer
    as_it_is: Writer
    plain: Writer

    @classmethod
    def of(cls, draft: Draft) -> "_Writers":
        """The writers of a draft."""
        args = draft.text, draft.opt_out_line, draft.language
        both = Writer(*args), Writer(*args, plain_details=True)
        return cls(both[draft.plain_details], *both)


def estimate(account: Account, draft: Draft) -> LiveEstimate:
    """What the draft would cost if it left now; it need not be stored."""
    route = defaults.default_route().id
    price_list, choose = prices.price_list(route, account.id), routing.chooser(route)
    writers, total = _Writers.of(draft), LiveEstimate()
    groups = _groups(account, draft, writers.chosen, price_list)
    total.exact = len(groups) <= MOST_GROUPS
    highest = 0
    for group in map(_Group.of, groups[:MOST_GROUPS]):
        message = group.message(writers.chosen, price_list.of, choose)
        if message.reason:
            total.left_out[message.reason] += group.people
            continue
        _add(total, message, group.people)
        if message.price > highest:
            total.dearest, highest = message.text, message.price
        _compare(total.dear, writers, price_list.of, group)
    if not total.exact:
        _extrapolate(account, draft, total)
    if others := _not_guests(account, draft):
        total.left_out[trial.SKIPPED] = others
    return total


def person(account: Account, draft: Draft, number: int) -> Person | None:
    """A recipient who gets the draft, by its place among the first ones; None if nobody does."""
    query = _to_some(account, draft, Recipient).where(audience.gets_promotions())
    rows = list(db.session.scalars(query.order_by(Recipient.id).limit(PEOPLE_SHOWN)))
    if not rows:
        return None
    row = rows[number % len(rows)]
    values = {name: getattr(row, name) for name in FIELD_NAMES}
    name = f"{row.first_name} {row.last_name}".strip()
    return Person(name, row.phone, _Writers.of(draft).chosen.write(values))


def _addressed(account: Account, draft: Draft, *columns: Any) -> Select[Any]:
    """A query over those to whom the draft is addressed."""
    chosen = select(RecipientList.id).where(
        RecipientList.account_id == account.id, RecipientList.public_id.in_(draft.lists)
    )
    return audience.on_lists(account.id, None if draft.everyone else chosen, *columns)


def _to_some(account: Account, draft: Draft, *columns: Any, asked: bool = False) -> Select[Any]:
    """The same; on trial guests only, and with `asked` those who were asked to be guests."""
    query, guests = _addressed(account, draft, *columns), trial.may_text(account)
    if guests is None:
        return query
    reached = guests | trial.unconfirmed(account) if asked else guests
    return query.where(Recipient.phone.in_(reached))


def _groups(
    account: Account, draft: Draft, writer: Writer, price_list: PriceList
) -> list[Row[Any]]:
    """Groups of recipients: the fields of a `_Group`, and how many they are."""
    asked = trial.unconfirmed(account)
    digits = max((len(prefix) for _, prefix in price_list.amounts), default=0)
    columns = (
        Recipient.country,
        func.substr(Recipient.phone, 1, digits + 1).label("start"),
        Recipient.consent,
        audience.opted_out_by().label("source"),
        (Recipient.phone.in_(asked) if asked else false()).label("asked"),
    )
    used = [getattr(Recipient, name).label(f"used_{name}") for name in writer.names]
    people = _to_some(account, draft, *columns, *used, asked=True).subquery()
    grouped = select(*people.c, func.count()).group_by(*people.c)
    return list(db.session.execute(grouped.limit(MOST_GROUPS + 1)))


def _add(total: LiveEstimate, message: MessageDraft, people: int) -> None:
    total.people += people
    total.price += people * message.price
    total.fewest = min(total.fewest or message.parts, message.parts)
    total.most = max(total.most, message.parts)
    if len(message.text) > len(total.longest):
        total.longest = message.text


def _compare(dear: DearDetails, writers: _Writers, price_of: PriceOf, group: _Group) -> None:
    """Add a group to the dear ones if its text has fewer parts with plain details."""
    special = [value for value in group.values if value and not gsm7.is_gsm7(value)]
    if not special:
        return
    named = dict(zip(writers.chosen.names, group.values, strict=True))
    more = _parts(writers.as_it_is.write(named)) - _parts(writers.plain.write(named))
    if more <= 0:
        return
    dear.people += group.people
    dear.extra += group.people * more * (price_of(group.country, group.start) or 0)
    if len(dear.values) < NAMED:
        dear.values.append(special[0])


def _parts(text: str) -> int:
    return segments.measure(text).parts


def _not_guests(account: Account, draft: Draft) -> int:
    """How many the draft does not reach because the account is on trial."""
    if trial.may_text(account) is None:
        return 0
    everybody = db.session.scalar(_addressed(account, draft, func.count())) or 0
    reached = db.session.scalar(_to_some(account, draft, func.count(), asked=True)) or 0
    return everybody - reached


def _extrapolate(account: Account, draft: Draft, total: LiveEstimate) -> None:
    """The groups that were not read are taken to be like those that were."""
    everybody = db.session.scalar(_to_some(account, draft, func.count(), asked=True)) or 0
    factor = everybody / max(total.everybody, 1)
    total.people, total.price = round(total.people * factor), round(total.price * factor)
    total.left_out = Counter({why: round(n * factor) for why, n in total.left_out.items()})
    total.dear.people = round(total.dear.people * factor)
    total.dear.extra = round(total.dear.extra * factor)
