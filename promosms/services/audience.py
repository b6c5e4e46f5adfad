"""The audience of a campaign: who gets it, what it says to each, and who is skipped and why.

The review page and the preparation walk the same pages, so they cannot disagree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, func, select

from promosms.extensions import db
from promosms.models import (
    FIELDS,
    Campaign,
    CampaignList,
    Consent,
    ListRecipient,
    Recipient,
    Suppression,
)
from promosms.services import installation
from promosms.services.suppressions import OPTED_OUT
from promosms.sms import personalise, segments
from promosms.sms.keywords import opt_out_line
from promosms.sms.transliterate import tidy

PAGE = 1000
NO_CONSENT = "no_consent"
NO_PRICE = "no_price"
TOO_LONG = "too_long"
EMPTY = "empty"
COLUMNS = [getattr(Recipient, name) for name in ("id", "country", "consent", *FIELDS)]


class Draft(NamedTuple):
    """What one recipient would get; `reason` is empty, or why he gets nothing."""

    recipient_id: int
    phone: str
    country: str
    text: str
    encoding: str
    parts: int
    price: int
    reason: str


@dataclass
class Line:
    """The price of a country: people, parts and amounts in 1/10,000."""

    country: str
    people: int = 0
    parts: int = 0
    price: int = 0
    total: int = 0


@dataclass
class Estimate:
    """What launching would do now."""

    people: int = 0
    parts: int = 0
    total: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    by_country: list[Line] = field(default_factory=list)
    longest: Draft | None = None


def placeholders() -> tuple[str, ...]:
    """The names that may stand in braces."""
    return FIELDS


def count(campaign: Campaign) -> int:
    """How many recipients the campaign is addressed to, skipped ones included."""
    chosen = recipients_of(campaign, Recipient.id).subquery()
    return db.session.scalar(select(func.count()).select_from(chosen)) or 0


def sample(campaign: Campaign, limit: int) -> list[Recipient]:
    """The first recipients of the campaign."""
    query = recipients_of(campaign, Recipient).order_by(Recipient.id).limit(limit)
    return list(db.session.scalars(query))


def render(campaign: Campaign, recipient: Recipient | None) -> str:
    """The text as this recipient would get it; with the defaults when there is none."""
    values = {name: getattr(recipient, name) for name in FIELDS} if recipient else {}
    return Writer(campaign).write(values)


def estimate(campaign: Campaign) -> Estimate:
    """Walk the whole audience and add up what launching would cost."""
    found = Estimate()
    lines: dict[str, Line] = {}
    for page in walk(campaign):
        for draft in page:
            _count(found, lines, draft)
    found.by_country = sorted(lines.values(), key=lambda line: (-line.people, line.country))
    return found


def walk(campaign: Campaign, after: int = 0) -> Iterator[list[Draft]]:
    """Pages of drafts in the order of the recipients' ids, behind `after`, in bounded memory."""
    writer = Writer(campaign)
    prices = installation.prices(campaign.route_id)
    query = recipients_of(campaign, *COLUMNS).order_by(Recipient.id).limit(PAGE)
    while rows := db.session.execute(query.where(Recipient.id > after)).all():
        suppressed = _suppressed(campaign.account_id, [row.phone for row in rows])
        yield [_draft(writer, row, prices, row.phone in suppressed) for row in rows]
        after = rows[-1].id


def recipients_of(campaign: Campaign, *columns: Any) -> Select[Any]:
    """A query over the recipients that the campaign is addressed to."""
    query = select(*columns).where(Recipient.account_id == campaign.account_id)
    if campaign.everyone:
        return query
    lists = select(CampaignList.list_id).where(CampaignList.campaign_id == campaign.id)
    on_list = select(ListRecipient.recipient_id).where(ListRecipient.list_id.in_(lists))
    return query.where(Recipient.id.in_(on_list))


class Writer:
    """Writes the text of a campaign for each recipient, opt-out line included."""

    def __init__(self, campaign: Campaign) -> None:
        self.template = personalise.compile(tidy(campaign.text))
        self.tail = "\n" + opt_out_line(campaign.language) if campaign.opt_out_line else ""

    def write(self, values: dict[str, str | None]) -> str:
        """The text for these values."""
        return self.template.render(values).strip() + self.tail


def _draft(writer: Writer, row: Row[Any], prices: dict[str, int], suppressed: bool) -> Draft:
    reason = OPTED_OUT if suppressed else "" if row.consent == Consent.GIVEN else NO_CONSENT
    price = prices.get(row.country)
    if not reason and price is None:
        reason = NO_PRICE
    if reason:
        return Draft(row.id, row.phone, row.country, "", "gsm7", 0, 0, reason)
    text = writer.write(row._asdict())
    measure = segments.measure(text)
    if measure.parts > segments.MAX_PARTS:
        reason = TOO_LONG
    if text == writer.tail:
        reason = EMPTY
    parts = measure.parts
    return Draft(
        row.id, row.phone, row.country, text, measure.encoding, parts, parts * (price or 0), reason
    )


def _suppressed(account_id: int, phones: Sequence[str]) -> set[str]:
    query = select(Suppression.phone).where(
        Suppression.account_id == account_id, Suppression.phone.in_(phones)
    )
    return set(db.session.scalars(query))


def _count(found: Estimate, lines: dict[str, Line], draft: Draft) -> None:
    if draft.reason:
        found.skipped[draft.reason] = found.skipped.get(draft.reason, 0) + 1
        return
    line = lines.setdefault(draft.country, Line(draft.country))
    line.people += 1
    line.parts += draft.parts
    line.price = draft.price // draft.parts
    line.total += draft.price
    found.people += 1
    found.parts += draft.parts
    found.total += draft.price
    if found.longest is None or draft.parts > found.longest.parts:
        found.longest = draft
