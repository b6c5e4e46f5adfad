"""The audience of a campaign: its recipients, the text of each, and who is skipped and why.

The review page and the preparation read the same pages, so that both show the same.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from phonenumbers.tzdata import TIMEZONE_LONGEST_PREFIX
from sqlalchemy import (
    ColumnElement,
    Exists,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from promosms.extensions import db
from promosms.models import (
    FIELD_NAMES,
    Account,
    Campaign,
    Consent,
    Recipient,
    Suppression,
    is_promotional,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import ab_parts, addressed, repeats
from promosms.services.campaigns.estimates import Estimate, MessageDraft, Place, Tally, place_of
from promosms.services.campaigns.writer import Writer
from promosms.services.gateways import routing
from promosms.services.prices import prices
from promosms.services.recipients import fields
from promosms.services.senders import answerable, chosen
from promosms.services.senders.chosen import SenderOf
from promosms.services.sending.opt_outs import HELD, NO_CONSENT, OPTED_OUT, reason_of
from promosms.sms import segments

PAGE = 5000
FEW = 200  # among so many people somebody is looked for first
AREA = 1 + TIMEZONE_LONGEST_PREFIX  # as much of a number as tells its zone
NO_PRICE = "no_price"
NO_GATEWAY = "no_gateway"
TOO_LONG = "too_long"
EMPTY = "empty"

PriceOf = Callable[[str, str], int | None]


def placeholders() -> tuple[str, ...]:
    """The field names that a text may contain in braces."""
    return FIELD_NAMES


def count(campaign: Campaign) -> int:
    """The number of recipients that the campaign is addressed to, including skipped ones."""
    audience = recipients_of(campaign, Recipient.id).subquery()
    return db.session.scalar(select(func.count()).select_from(audience)) or 0


def count_of(campaign: Campaign, phones: Iterable[str]) -> int:
    """The number of these phones that would get the campaign, by consent and opt-outs."""
    query = recipients_of(campaign, func.count()).where(
        Recipient.phone.in_(phones), gets(campaign.kind)
    )
    return db.session.scalar(query) or 0


def sample(campaign: Campaign, limit: int) -> list[Recipient]:
    """The first recipients of the campaign."""
    query = recipients_of(campaign, Recipient).order_by(Recipient.id).limit(limit)
    return list(db.session.scalars(query))


def render(campaign: Campaign, recipient: Recipient | None) -> str:
    """The text for this recipient; the defaults of placeholders without one."""
    values = {name: getattr(recipient, name) for name in FIELD_NAMES} if recipient else {}
    return writer_of(campaign).write(values)


def estimate(campaign: Campaign, only: ColumnElement[bool] | None = None) -> Estimate:
    """Read the whole audience, or `only` those that meet a condition, and add up what launching
    would cost."""
    tally = tally_of(campaign)
    for page in read_pages(campaign, only=only):
        tally.take(page)
    return tally.end(_left_unread(campaign, tally))


def tally_of(campaign: Campaign, so_far: Estimate | None = None) -> Tally:
    """What adds up the audience of this campaign, beginning with what was added up already."""
    return Tally(so_far, by_clock=bool(campaign.each_clock and campaign.planned_time))


def _left_unread(campaign: Campaign, tally: Tally) -> int:
    """How many were not read, because the account is on trial and may not text them."""
    return count(campaign) - tally.read if _guests(campaign) is not None else 0


def places(campaign: Campaign) -> set[Place]:
    """The countries and time zones of those who would get it now."""
    # Of the others the country is enough: an area code tells more only where numbers begin by 1.
    area = case((Recipient.phone.like("+1%"), func.substr(Recipient.phone, 1, AREA)), else_="")
    query = recipients_of(campaign, Recipient.country, area).where(gets(campaign.kind)).distinct()
    guests = _guests(campaign)
    if guests is not None:
        query = query.where(Recipient.phone.in_(guests))
    return {place_of(country, phone) for country, phone in db.session.execute(query)}


def has_anybody(campaign: Campaign) -> bool:
    """Would anybody get the text? Reads little more than the first of them."""
    first = next(read_pages(campaign, size=FEW), [])
    others = (draft for page in read_pages(campaign) for draft in page)
    return any(not draft.reason for draft in chain(first, others))


def read_pages(
    campaign: Campaign,
    after: int = 0,
    *,
    only: ColumnElement[bool] | None = None,
    size: int | None = None,
) -> Iterator[list[MessageDraft]]:
    """Pages of drafts in the order of the recipients' ids, starting after the id `after`.

    On trial only guests are read, also those who have not agreed: nobody else gets a message.
    """
    read = _page_reader(campaign, only, size)
    while drafts := read(db.session(), after):
        yield drafts
        after = drafts[-1].recipient_id


def read_pages_ahead(campaign: Campaign, after: int = 0) -> Iterator[list[MessageDraft]]:
    """The same pages; a thread reads the next one on its own connection while the caller works."""
    read = _page_reader(campaign)

    def page(after: int) -> list[MessageDraft]:
        # A new session for each page: an open snapshot would let the write-ahead log grow.
        with Session(engine) as session:
            return read(session, after)

    engine = db.engine
    with ThreadPoolExecutor(1) as thread:
        next_page = thread.submit(page, after)
        while drafts := next_page.result():
            next_page = thread.submit(page, drafts[-1].recipient_id)
            yield drafts


def _page_reader(
    campaign: Campaign, only: ColumnElement[bool] | None = None, size: int | None = None
) -> Callable[[Session, int], list[MessageDraft]]:
    """A function that reads the page after a recipient's id."""
    writer = writer_of(campaign)
    price_of = prices.price_list(campaign.route_id, campaign.account_id).of
    choose, promotional = routing.chooser(campaign.route_id), is_promotional(campaign.kind)
    sender_of = chosen.of(campaign.route_id, campaign.sender_id).by_country()
    query = _query(campaign, writer).where(true() if only is None else only).limit(size or PAGE)
    guests = _guests(campaign)
    unconfirmed = trial.unconfirmed(db.session.get_one(Account, campaign.account_id))
    if guests is not None:
        query = query.where(Recipient.phone.in_(guests | unconfirmed))

    def page(session: Session, after: int) -> list[MessageDraft]:
        rows = session.execute(query, {"after": after}).all()
        if unconfirmed:
            drafts = (draft_of(writer, price_of, choose, sender_of, promotional, *r) for r in rows)
            return [if_confirmed(unconfirmed, draft) for draft in drafts]
        return [draft_of(writer, price_of, choose, sender_of, promotional, *row) for row in rows]

    return page


def writer_of(campaign: Campaign) -> Writer:
    """The writer of this campaign's text."""
    return Writer(
        campaign.text,
        campaign.opt_out_line and answerable.can_answer(campaign),
        campaign.language,
        fields.types(db.session.get_one(Account, campaign.account_id)),
        plain_details=campaign.plain_details,
        short_links=campaign.short_links,
        opt_out_link=answerable.has_link(campaign),
    )


def recipients_of(campaign: Campaign, *columns: Any) -> Select[Any]:
    """A query over the recipients that the campaign is addressed to."""
    if campaign.repeat_of is not None:
        query = select(*columns).where(Recipient.account_id == campaign.account_id)
        return query.where(Recipient.phone.in_(repeats.phones(campaign.repeat_of)))
    # The days of segments are those of the launch, also when the preparation lasts.
    query = addressed.of(campaign).select(*columns, moment=campaign.launched_at)
    return query.where(*ab_parts.conditions(campaign))


def _query(campaign: Campaign, writer: Writer) -> Select[Any]:
    """A query for the arguments of `draft_of`, of recipients after the parameter `after`."""
    fixed = (Recipient.id, Recipient.public_id, Recipient.phone)
    columns = (*fixed, Recipient.country, Recipient.consent, opted_out_by())
    used = [getattr(Recipient, name).label(f"used_{name}") for name in writer.names]
    query = recipients_of(campaign, *columns, *used)
    return query.where(Recipient.id > bindparam("after")).order_by(Recipient.id)


def gets(kind: str) -> ColumnElement[bool]:
    """A condition: this recipient has not opted out, and has agreed if the kind needs it."""
    agreed = Recipient.consent == Consent.GIVEN if is_promotional(kind) else true()
    return and_(agreed, ~_suppressed())


def _suppressed() -> Exists:
    """A condition: this recipient has opted out."""
    return exists().where(
        Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    )


def opted_out_by() -> ScalarSelect[str]:
    """How this recipient got on the suppression list; NULL if not."""
    query = select(Suppression.source).where(
        Suppression.account_id == Recipient.account_id, Suppression.phone == Recipient.phone
    )
    return query.scalar_subquery()


def draft_of(
    writer: Writer,
    price_of: PriceOf,
    choose: routing.Chooser,
    sender_of: SenderOf,
    promotional: bool,
    recipient_id: int,
    recipient: str,
    phone: str,
    country: str,
    consent: str,
    suppressed: str | None,
    *values: str,
) -> MessageDraft:
    """The message of a recipient with these values of the fields that the text uses.

    Only a promotional text needs a consent; nobody who has opted out gets either kind.
    """
    price, person = price_of(country, phone), (recipient_id, recipient, phone, country)
    agreed = consent == Consent.GIVEN or not promotional
    if suppressed or not agreed or price is None:
        reason = NO_PRICE if agreed else NO_CONSENT
        reason = reason_of(suppressed) if suppressed else reason
        return MessageDraft(*person, "", "gsm7", 0, 0, reason, None, "")
    sender, reason = sender_of(country)
    if reason:
        return MessageDraft(*person, "", "gsm7", 0, 0, reason, None, "")
    text = writer.write(dict(zip(writer.names, values, strict=True)))
    encoding, parts, _, _ = segments.measure(text)
    gateway = choose(country)
    reason = NO_GATEWAY if gateway is None else ""
    if parts > segments.MAX_PARTS or text == writer.tail:
        reason = EMPTY if text == writer.tail else TOO_LONG
    price = 0 if reason else parts * price
    return MessageDraft(*person, text, encoding, parts, price, reason, gateway, sender)


def if_confirmed(unconfirmed: set[str], draft: MessageDraft) -> MessageDraft:
    """A guest who has not agreed gets no text. An opt-out comes before that as a reason."""
    if draft.phone not in unconfirmed or draft.reason in (OPTED_OUT, HELD):
        return draft
    return MessageDraft(*draft[:4], "", "gsm7", 0, 0, trial.UNCONFIRMED, None, "")


def _guests(campaign: Campaign) -> set[str] | None:
    """The numbers that the account may text; None when there is no limit."""
    return trial.may_text(db.session.get_one(Account, campaign.account_id))
