"""What a text would cost its whole audience, while it is being written.

The review reads every recipient; this must answer between two keys. It writes the text once for
each group of recipients (live_groups.py). Of many recipients, how many get it is counted, and what
their texts cost is what those of some cost.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func

from promosms.extensions import db
from promosms.models import FIELD_NAMES, Account, is_promotional
from promosms.services.accounts import trial
from promosms.services.campaigns import audience, live_groups
from promosms.services.campaigns.audience import PriceOf
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.estimates import MessageDraft
from promosms.services.campaigns.live_groups import Group
from promosms.services.campaigns.writer import Writer
from promosms.services.gateways import routing
from promosms.services.prices import prices
from promosms.services.recipients import fields
from promosms.services.senders import chosen
from promosms.services.senders.chosen import Chosen, SenderOf
from promosms.sms import gsm7, segments

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

    people: float = 0
    extra: float = 0
    values: list[str] = field(default_factory=list)
    """The details of the first of them."""


@dataclass
class LiveEstimate:
    """The audience of a text, and what it would cost; money in 1/10,000.

    Whole numbers in the end; fractions while few people stand for many.
    """

    people: float = 0
    left_out: Counter[str] = field(default_factory=Counter)
    fewest: int = 0
    """Texts that the cheapest recipient gets, for whom each part is one."""
    most: int = 0
    price: float = 0
    read: int = 0
    """So many people stand for all; 0 if all were read."""
    counted: bool = True
    """Is it exact how many people get it? Lists may share some."""
    dear: DearDetails = field(default_factory=DearDetails)
    dearest: str = ""
    """The text with the highest price."""
    longest: str = ""
    """The text with the most characters."""

    @property
    def exact(self) -> bool:
        """Does it say what the review will say?"""
        return self.counted and not self.read

    @property
    def everybody(self) -> int:
        """All recipients, with those who are left out."""
        return round(self.people) + self.left_out.total()


@dataclass(frozen=True)
class _Writers:
    """As the draft says, with the details as they are, and with plain ones."""

    chosen: Writer
    as_it_is: Writer
    plain: Writer

    @classmethod
    def of(cls, account: Account, draft: Draft, on_top: Chosen) -> "_Writers":
        """The writers of a draft with this sender."""
        line = draft.opt_out_line and on_top.answerable
        args = draft.text, line, draft.language, fields.types(account)
        link = draft.opt_out_line and not on_top.answerable
        short = draft.short_links
        both = (
            Writer(*args, short_links=short, opt_out_link=link),
            Writer(*args, plain_details=True, short_links=short, opt_out_link=link),
        )
        return cls(both[draft.plain_details], *both)


def estimate(account: Account, draft: Draft) -> LiveEstimate:
    """What the draft would cost if it left now; it need not be stored."""
    on_top = chosen.find(account.id, draft.route, draft.sender)
    route, sender_of = on_top.route.id, on_top.by_country()
    price_list, choose = prices.price_list(route, account.id), routing.chooser(route)
    writers, total = _Writers.of(account, draft, on_top), LiveEstimate()
    promotional = is_promotional(draft.kind)
    found = live_groups.find(account, draft, writers.chosen.names, price_list)
    total.read, total.counted = found.read, found.counted
    highest = 0
    for group in found.groups:
        message = _message(group, writers.chosen, price_list.of, choose, sender_of, promotional)
        if message.reason:
            total.left_out[message.reason] += round(group.people)
            continue
        _add(total, message, group.people)
        if message.price > highest:
            total.dearest, highest = message.text, message.price
        _compare(total.dear, writers, price_list.of, group)
    _round(total)
    if others := _not_guests(account, draft):
        total.left_out[trial.SKIPPED] = others
    return total


def person(account: Account, draft: Draft, number: int) -> Person | None:
    """A recipient who gets the draft, by its place among the first ones; None if nobody does."""
    rows = live_groups.first(account, draft, PEOPLE_SHOWN)
    if not rows:
        return None
    row = rows[number % len(rows)]
    values = {name: getattr(row, name) for name in FIELD_NAMES}
    on_top = chosen.find(account.id, draft.route, draft.sender)
    name = f"{row.first_name} {row.last_name}".strip()
    return Person(name, row.phone, _Writers.of(account, draft, on_top).chosen.write(values))


def _message(
    group: Group,
    writer: Writer,
    price_of: PriceOf,
    choose: routing.Chooser,
    sender_of: SenderOf,
    promotional: bool,
) -> MessageDraft:
    """The message that each of a group would get."""
    someone = 0, "", group.start, group.country, group.consent, group.source
    draft = audience.draft_of(
        writer, price_of, choose, sender_of, promotional, *someone, *group.values
    )
    return audience.if_confirmed({group.start} if group.asked else set(), draft)


def _add(total: LiveEstimate, message: MessageDraft, people: float) -> None:
    total.people += people
    total.price += people * message.price
    total.fewest = min(total.fewest or message.parts, message.parts)
    total.most = max(total.most, message.parts)
    if len(message.text) > len(total.longest):
        total.longest = message.text


def _compare(dear: DearDetails, writers: _Writers, price_of: PriceOf, group: Group) -> None:
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
    everybody = db.session.scalar(live_groups.whom(account, draft).select(func.count())) or 0
    reached = db.session.scalar(live_groups.to_some(account, draft, func.count(), asked=True)) or 0
    return everybody - reached


def _round(total: LiveEstimate) -> None:
    total.people, total.price = round(total.people), round(total.price)
    total.dear.people, total.dear.extra = round(total.dear.people), round(total.dear.extra)
