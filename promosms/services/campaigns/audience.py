"""The audience of a campaign: who gets it, what it says to each, and who is skipped and why.

The review page and the preparation read the same pages, so they cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Exists, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from promosms.extensions import db
from promosms.models import (
    FIELD_NAMES,
    Account,
    Campaign,
    CampaignList,
    Consent,
    ListRecipient,
    Recipient,
    Suppression,
)
from promosms.services.accounts import trial
from promosms.services.campaigns.writer import Writer
from promosms.services.gateways import routing
from promosms.services.prices import prices
from promosms.services.sending.opt_outs import OPTED_OUT
from promosms.sms import segments

PAGE = 5000
NO_CONSENT = "no_consent"
NO_PRICE = "no_price"
NO_GATEWAY = "no_gateway"
TOO_LONG = "too_long"
EMPTY = "empty"

PriceOf = Callable[[str, str], int | None]


class Draft(NamedTuple):
    """What one recipient would get; `reason` is empty, or says why they get nothing."""

    recipient_id: int
    phone: str
    country: str
    text: str
    encoding: str
    parts: int
    price: int
    reason: str
    gateway_id: int | None


@dataclass
class CountryPrice:
    """The price of a country, or of some numbers in it: people, parts and amounts in 1/10,000."""

    country: str
    people: int = 0
    parts: int = 0
    price: int = 0
    total: int = 0


CountryPrices = dict[tuple[str, int], CountryPrice]


@dataclass
class Estimate:
    """What launching would do now."""

    people: int = 0
    parts: int = 0
    total: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    by_country: list[CountryPrice] = field(default_factory=list)
    longest: Draft | None = None


def placeholders() -> tuple[str, ...]:
    """The names that may stand in braces."""
    return FIELD_NAMES


def count(campaign: Campaign) -> int:
    """How many recipients the campaign is addressed to, skipped ones included."""
    chosen = recipients_of(campaign, Recipient.id).subquery()
    return db.session.scalar(select(func.count()).select_from(chosen)) or 0


def count_of(campaign: Campaign, numbers: Iterable[str]) -> int:
    """How many of these numbers would get the campaign, as far as consent and opt-outs go."""
    query = recipients_of(campaign, func.count()).where(
        Recipient.phone.in_(numbers), Recipient.consent == Consent.GIVEN, ~_suppressed()
    )
    return db.session.scalar(query) or 0


def sample(campaign: Campaign, limit: int) -> list[Recipient]:
    """The first recipients of the campaign."""
    query = recipients_of(campaign, Recipient).order_by(Recipient.id).limit(limit)
    return list(db.session.scalars(query))


def render(campaign: Campaign, recipient: Recipient | None) -> str:
    """The text as this recipient would get it; with the defaults when there is none."""
    values = {name: getattr(recipient, name) for name in FIELD_NAMES} if recipient else {}
    return writer_of(campaign).write(values)


def estimate(campaign: Campaign) -> Estimate:
    """Read the whole audience and add up what launching would cost."""
    total = Estimate()
    by_price: CountryPrices = {}
    for page in walk(campaign):
        for draft in page:
            _add(total, by_price, draft)
    total.by_country = sorted(by_price.values(), key=_order)
    return total


def walk(campaign: Campaign, after: int = 0) -> Iterator[list[Draft]]:
    """Pages of drafts in the order of the recipients' ids, after `after`, in bounded memory."""
    page = _pages(campaign)
    while drafts := page(db.session(), after):
        yield drafts
        after = drafts[-1].recipient_id


def walk_ahead(campaign: Campaign, after: int = 0) -> Iterator[list[Draft]]:
    """The same pages; the next one is written on its own connection while the caller works."""
    make = _pages(campaign)

    def page(after: int) -> list[Draft]:
        # A session for each page: an open snapshot would keep the write-ahead log growing.
        with Session(engine) as session:
            return make(session, after)

    engine = db.engine
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(page, after)
        while drafts := following.result():
            following = thread.submit(page, drafts[-1].recipient_id)
            yield drafts


def _pages(campaign: Campaign) -> Callable[[Session, int], list[Draft]]:
    """A function that makes the page after an id."""
    writer = writer_of(campaign)
    price_of = prices.price_list(campaign.route_id, campaign.account_id).of
    choose = routing.chooser(campaign.route_id)
    guests = trial.may_text(db.session.get_one(Account, campaign.account_id))
    query = _query(campaign, writer).limit(PAGE)

    def page(session: Session, after: int) -> list[Draft]:
        rows = session.execute(query, {"after": after}).all()
        if guests is not None:
            return [_for_guests(guests, _draft(writer, price_of, choose, *row)) for row in rows]
        return [_draft(writer, price_of, choose, *row) for row in rows]

    return page


def writer_of(campaign: Campaign) -> Writer:
    """Writes the text of this campaign."""
    return Writer(campaign.text, campaign.opt_out_line, campaign.language)


def recipients_of(campaign: Campaign, *columns: Any) -> Select[Any]:
    """A query over the recipients that the campaign is addressed to."""
    query = select(*columns).where(Recipient.account_id == campaign.account_id)
    if campaign.everyone:
        return query
    lists = select(CampaignList.list_id).where(CampaignList.campaign_id == campaign.id)
    # A subquery for each recipient: a set would be built again for each page.
    on_list = exists().where(
        ListRecipient.list_id.in_(lists), ListRecipient.recipient_id == Recipient.id
    )
    return query.where(on_list)


def _query(campaign: Campaign, writer: Writer) -> Select[Any]:
    """The columns for `_draft`, of the recipients after the parameter `after`."""
    fixed = (Recipient.id, Recipient.phone, Recipient.country, Recipient.consent)
    columns = (*fixed, _suppressed())
    used = [getattr(Recipient, name).label(f"used_{name}") for name in writer.names]
    query = recipients_of(campaign, *columns, *used)
    return query.where(Recipient.id > bindparam("after")).order_by(Recipient.id)


def _suppressed() -> Exists:
    """Has this recipient opted out?"""
    return exists().where(
        Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    )


def _draft(
    writer: Writer,
    price_of: PriceOf,
    choose: routing.Chooser,
    recipient_id: int,
    phone: str,
    country: str,
    consent: str,
    suppressed: bool,
    *values: str,
) -> Draft:
    price = price_of(country, phone)
    if suppressed or consent != Consent.GIVEN or price is None:
        reason = OPTED_OUT if suppressed else NO_PRICE if consent == Consent.GIVEN else NO_CONSENT
        return Draft(recipient_id, phone, country, "", "gsm7", 0, 0, reason, None)
    text = writer.write(dict(zip(writer.names, values, strict=True)))
    encoding, parts, _, _ = segments.measure(text)
    gateway = choose(country)
    reason = NO_GATEWAY if gateway is None else ""
    if parts > segments.MAX_PARTS or text == writer.tail:
        reason = EMPTY if text == writer.tail else TOO_LONG
    price = 0 if reason else parts * price
    return Draft(recipient_id, phone, country, text, encoding, parts, price, reason, gateway)


def _for_guests(guests: set[str], draft: Draft) -> Draft:
    """On trial nobody else gets anything. An opt-out is named before that."""
    if draft.phone in guests or draft.reason == OPTED_OUT:
        return draft
    return Draft(*draft[:3], "", "gsm7", 0, 0, trial.SKIPPED, None)


def _order(row: CountryPrice) -> tuple[int, str, int]:
    return -row.people, row.country, row.price


def _add(total: Estimate, by_price: CountryPrices, draft: Draft) -> None:
    if draft.reason:
        total.skipped[draft.reason] = total.skipped.get(draft.reason, 0) + 1
        return
    price = draft.price // draft.parts
    row = by_price.setdefault((draft.country, price), CountryPrice(draft.country, price=price))
    row.people += 1
    row.parts += draft.parts
    row.total += draft.price
    total.people += 1
    total.parts += draft.parts
    total.total += draft.price
    if total.longest is None or draft.parts > total.longest.parts:
        total.longest = draft
