"""The cost of a text: its parts and price, its costly characters, and its problems."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, Recipient
from promosms.services.campaigns import audience
from promosms.services.campaigns.writer import Writer
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.recipients import fields
from promosms.sms import foreign_placeholders, gsm7, personalise, segments, transliterate
from promosms.sms.foreign_placeholders import ForeignPlaceholder

NEWEST = 20_000  # recipients among which the longest text is searched
CANDIDATES = 200
MOST_PERSONALISED = 5_000  # characters; longer texts are not written for each recipient


class TextProblem(StrEnum):
    """Why a text cannot be sent."""

    EMPTY = "empty"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class CostlyCharacter:
    """A character that makes the text more expensive, and its plain replacement."""

    char: str
    plain: str | None


@dataclass(frozen=True)
class TextCost:
    """The size and the price of a text, opt-out line included; money in 1/10,000."""

    text: str
    personal: bool
    characters: int
    parts: int
    left: int
    special: bool
    part_price: int | None
    costly: tuple[CostlyCharacter, ...]
    plain_parts: int
    longest_parts: int
    foreign: tuple[ForeignPlaceholder, ...]
    """Placeholders of other programs, which recipients would read as they stand."""
    unknown: tuple[str, ...]
    """Placeholders that nobody can fill in."""


def problem(
    text: str,
    *,
    opt_out_line: bool,
    language: str,
    short_links: bool = False,
    opt_out_link: bool = False,
) -> TextProblem | None:
    """The problem of a text; None if it can be sent."""
    if not text.strip():
        return TextProblem.EMPTY
    if unknown(text):
        return TextProblem.UNKNOWN_PLACEHOLDER
    writer = Writer(
        text, opt_out_line, language, short_links=short_links, opt_out_link=opt_out_link
    )
    written = writer.write({})
    if segments.measure(written).parts > segments.MAX_PARTS:
        return TextProblem.TOO_LONG
    return None


def unknown(text: str) -> tuple[str, ...]:
    """The placeholders of a text that are no fields of a recipient."""
    return personalise.unknown(text, audience.placeholders())


def foreign(text: str) -> tuple[ForeignPlaceholder, ...]:
    """The placeholders of other programs in a text."""
    return foreign_placeholders.find(text, fields.named)


def with_ours(text: str) -> str:
    """The text with our placeholders instead of those of other programs."""
    return foreign_placeholders.replace(text, fields.named)


def plain(text: str) -> str:
    """The text with costly characters replaced by plain ones where possible."""
    return transliterate.plain_text(text)


def text_cost(
    account: Account,
    text: str,
    *,
    opt_out_line: bool,
    language: str,
    short_links: bool = False,
    opt_out_link: bool = False,
    route_id: int | None = None,
) -> TextCost:
    """The size and the price of a text while it is being written, on a route or the default one."""
    types = fields.types(account)
    writer = Writer(
        text, opt_out_line, language, types, short_links=short_links, opt_out_link=opt_out_link
    )
    written = writer.write({})
    measure = segments.measure(written)
    longest = _longest(account, writer) if 0 < len(text) <= MOST_PERSONALISED else None
    price_list = prices.price_list(route_id or defaults.default_route().id, account.id)
    return TextCost(
        text=longest or written,
        personal=longest is not None,
        characters=measure.units,
        parts=measure.parts,
        left=measure.left,
        special=measure.encoding == "ucs2",
        part_price=price_list.of(account.region),
        costly=tuple(
            CostlyCharacter(char, transliterate.plain(char)) for char in gsm7.costly(written)
        ),
        plain_parts=segments.measure(plain(written)).parts,
        longest_parts=segments.measure(longest).parts if longest else measure.parts,
        foreign=foreign(text),
        unknown=unknown(text),
    )


def _longest(account: Account, writer: Writer) -> str | None:
    """The text with the most parts among those of the newest recipients."""
    used = {placeholder.name for placeholder, _ in writer.template.fields} & set(
        audience.placeholders()
    )
    if not used:
        return None
    newest = (
        select(*(getattr(Recipient, name) for name in sorted(used)))
        .where(Recipient.account_id == account.id)
        .order_by(Recipient.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    length = sum((func.length(column) for column in newest.c), start=func.length(""))
    rows = db.session.execute(select(newest).order_by(length.desc()).limit(CANDIDATES))
    texts = [writer.write(dict(row._mapping)) for row in rows]
    return max(texts, key=_size, default=None)


def _size(text: str) -> tuple[int, int]:
    measure = segments.measure(text)
    return measure.parts, measure.units
