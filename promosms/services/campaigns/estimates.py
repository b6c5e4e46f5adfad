"""Estimates: the messages of an audience, added up to what launching would cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from promosms.services.accounts import trial
from promosms.sms.quiet_hours import zones
from promosms.sms.quiet_hours.zones import Zones


class MessageDraft(NamedTuple):
    """The message that one recipient would get; `reason` says why they get none, or is empty."""

    recipient_id: int
    recipient: str | None
    phone: str
    country: str
    text: str
    encoding: str
    parts: int
    price: int
    reason: str
    gateway_id: int | None
    sender: str


@dataclass
class CountryPrice:
    """Recipients, parts and amounts (1/10,000) of a country, or of a price within it."""

    country: str
    recipients: int = 0
    parts: int = 0
    price: int = 0
    total: int = 0


Place = tuple[str, Zones]
"""A country, and the zones in it in which a number may be."""
CountryPrices = dict[tuple[str, int], CountryPrice]


@dataclass
class Estimate:
    """The result and the cost of a launch at this moment."""

    recipients: int = 0
    parts: int = 0
    total: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    by_country: list[CountryPrice] = field(default_factory=list)
    longest: MessageDraft | None = None
    places: Counter[Place] = field(default_factory=Counter)
    """Recipients by country and time zones, of a campaign that leaves by their clocks."""
    dearest: int = 0
    """The highest price of a text."""

    def __add__(self, other: "Estimate") -> "Estimate":
        """Both together, of different people."""
        by_price = {(row.country, row.price): replace(row) for row in self.by_country}
        for row in other.by_country:
            mine = by_price.setdefault(
                (row.country, row.price), CountryPrice(row.country, price=row.price)
            )
            mine.recipients += row.recipients
            mine.parts += row.parts
            mine.total += row.total
        longest = [draft for draft in (self.longest, other.longest) if draft]
        return Estimate(
            recipients=self.recipients + other.recipients,
            parts=self.parts + other.parts,
            total=self.total + other.total,
            skipped=dict(Counter(self.skipped) + Counter(other.skipped)),
            by_country=sorted(by_price.values(), key=_order),
            longest=max(longest, key=lambda draft: draft.parts, default=None),
            places=self.places + other.places,
            dearest=max(self.dearest, other.dearest),
        )

    @property
    def everybody(self) -> int:
        """All recipients, with those who are left out."""
        return self.recipients + sum(self.skipped.values())


class Tally:
    """Adds up page by page. `by_clock`: also by country and time zones."""

    def __init__(self, so_far: Estimate | None = None, *, by_clock: bool = False) -> None:
        self._total = so_far or Estimate()
        self._by_price: CountryPrices = {
            (row.country, row.price): row for row in self._total.by_country
        }
        self._by_clock = by_clock
        self.read = self._total.everybody

    def take(self, page: Sequence[MessageDraft]) -> None:
        """Add these messages."""
        self.read += len(page)
        for draft in page:
            _add(self._total, self._by_price, draft)
        if self._by_clock:
            self._total.places.update(
                place_of(draft.country, draft.phone) for draft in page if not draft.reason
            )

    def end(self, unread: int = 0) -> Estimate:
        """The sum so far; so many others were not read, as they get nothing on trial."""
        if unread:
            self._total.skipped[trial.SKIPPED] = unread
        self._total.by_country = sorted(self._by_price.values(), key=_order)
        return self._total


def place_of(country: str, phone: str) -> Place:
    """The place of a number."""
    return country, zones.of_number(country, phone)


def plain(estimate: Estimate) -> dict[str, Any]:
    """An estimate as JSON, without a text and a number of anybody."""
    longest = estimate.longest
    return {
        "skipped": estimate.skipped,
        "by_country": [dict(vars(row)) for row in estimate.by_country],
        "longest": [longest.recipient_id, longest.parts] if longest else None,
        "places": [
            [country, [zone.key for zone in within], people]
            for (country, within), people in estimate.places.items()
        ],
        "dearest": estimate.dearest,
    }


def of_plain(content: dict[str, Any]) -> Estimate:
    """The estimate that `plain` has written; its longest message has no text and no number."""
    rows = [CountryPrice(**row) for row in content["by_country"]]
    longest = content["longest"]
    return Estimate(
        recipients=sum(row.recipients for row in rows),
        parts=sum(row.parts for row in rows),
        total=sum(row.total for row in rows),
        skipped=dict(content["skipped"]),
        by_country=rows,
        longest=_unread(*longest) if longest else None,
        places=Counter(
            {
                (country, tuple(map(ZoneInfo, within))): people
                for country, within, people in content["places"]
            }
        ),
        dearest=content["dearest"],
    )


def _unread(recipient_id: int, parts: int) -> MessageDraft:
    return MessageDraft(recipient_id, None, "", "", "", "", parts, 0, "", None, "")


def _order(row: CountryPrice) -> tuple[int, str, int]:
    return -row.recipients, row.country, row.price


def _add(total: Estimate, by_price: CountryPrices, draft: MessageDraft) -> None:
    if draft.reason:
        total.skipped[draft.reason] = total.skipped.get(draft.reason, 0) + 1
        return
    price = draft.price // draft.parts
    row = by_price.setdefault((draft.country, price), CountryPrice(draft.country, price=price))
    row.recipients += 1
    row.parts += draft.parts
    row.total += draft.price
    total.recipients += 1
    total.parts += draft.parts
    total.total += draft.price
    total.dearest = max(total.dearest, draft.price)
    if total.longest is None or draft.parts > total.longest.parts:
        total.longest = draft
