"""What a text would cost its whole audience, while it is being written.

The review reads every recipient; this must answer between two keys. So recipients with the same
country, state and details are one group, read by one statement: a shop with 100,000 recipients has
a few thousand different first names.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Subquery, func, select

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
from promosms.sms import gsm7, segments

MOST_GROUPS = 20_000
"""Further groups are taken to be like these; the estimate says that it is one."""
NAMED = 3
PEOPLE_SHOWN = 20
FIXED = 3  # country, consent and opt-out of a group; the values of the fields follow


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
    price_of, choose = prices.price_list(route, account.id).of, routing.chooser(route)
    writers, total = _Writers.of(draft), LiveEstimate()
    _leave_out_on_trial(account, draft, total)
    groups = _groups(account, draft, writers.chosen)
    total.exact = len(groups) <= MOST_GROUPS
    price_of_longest = 0
    group: list[Any]
    for *group, people in groups[:MOST_GROUPS]:
        message = audience.draft_of(writers.chosen, price_of, choose, 0, "", "", *group)
        if message.reason:
            total.left_out[message.reason] += people
            continue
        _add(total, message, people)
        if message.price > price_of_longest:
            total.dearest, price_of_longest = message.text, message.price
        _compare(total.dear, writers, price_of, group, people)
    if not total.exact:
        _extrapolate(account, draft, total)
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


def _to_some(account: Account, draft: Draft, *columns: Any) -> Select[Any]:
    """A query over those whom the draft reaches: on trial, guests only."""
    chosen = select(RecipientList.id).where(
        RecipientList.account_id == account.id, RecipientList.public_id.in_(draft.lists)
    )
    query = audience.on_lists(account.id, None if draft.everyone else chosen, *columns)
    guests = trial.may_text(account)
    return query if guests is None else query.where(Recipient.phone.in_(guests))


def _groups(account: Account, draft: Draft, writer: Writer) -> list[Row[Any]]:
    """Groups of recipients with the arguments of `audience.draft_of`, and how many they are."""
    used = [getattr(Recipient, name).label(f"used_{name}") for name in writer.names]
    source = audience.opted_out_by().label("source")
    people = _to_some(account, draft, Recipient.country, Recipient.consent, source, *used)
    rows = _grouped(people.subquery()).limit(MOST_GROUPS + 1)
    return list(db.session.execute(rows))


def _grouped(people: Subquery) -> Select[Any]:
    return select(*people.c, func.count()).group_by(*people.c)


def _add(total: LiveEstimate, message: MessageDraft, people: int) -> None:
    total.people += people
    total.price += people * message.price
    total.fewest = min(total.fewest or message.parts, message.parts)
    total.most = max(total.most, message.parts)
    if len(message.text) > len(total.longest):
        total.longest = message.text


def _compare(
    dear: DearDetails, writers: _Writers, price_of: PriceOf, group: list[Any], people: int
) -> None:
    """Add a group to the dear ones if its text has fewer parts with plain details."""
    values = group[FIXED:]
    if not any(value and not gsm7.is_gsm7(value) for value in values):
        return
    named: Mapping[str, str] = dict(zip(writers.chosen.names, values, strict=True))
    more = _parts(writers.as_it_is.write(named)) - _parts(writers.plain.write(named))
    if more <= 0:
        return
    dear.people += people
    dear.extra += people * more * (price_of(group[0], "") or 0)
    if len(dear.values) < NAMED:
        dear.values += [value for value in values if value and not gsm7.is_gsm7(value)][:1]


def _parts(text: str) -> int:
    return segments.measure(text).parts


def _leave_out_on_trial(account: Account, draft: Draft, total: LiveEstimate) -> None:
    if trial.may_text(account) is None:
        return
    chosen = select(RecipientList.id).where(
        RecipientList.account_id == account.id, RecipientList.public_id.in_(draft.lists)
    )
    lists = None if draft.everyone else chosen
    asked = trial.unconfirmed(account)
    everybody = audience.on_lists(account.id, lists, func.count())
    reached = db.session.scalar(_to_some(account, draft, func.count())) or 0
    waiting = db.session.scalar(everybody.where(Recipient.phone.in_(asked))) or 0
    others = (db.session.scalar(everybody) or 0) - reached - waiting
    total.left_out += Counter({trial.UNCONFIRMED: waiting, trial.SKIPPED: others})


def _extrapolate(account: Account, draft: Draft, total: LiveEstimate) -> None:
    """The groups that were not read are taken to be like those that were."""
    everybody = db.session.scalar(_to_some(account, draft, func.count())) or 0
    factor = everybody / max(total.everybody, 1)
    total.people, total.price = round(total.people * factor), round(total.price * factor)
    total.left_out = Counter({why: round(n * factor) for why, n in total.left_out.items()})
    total.dear.people = round(total.dear.people * factor)
    total.dear.extra = round(total.dear.extra * factor)
