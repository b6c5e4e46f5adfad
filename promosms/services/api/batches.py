"""Batches of the API: one text with placeholders, to many people whom the program names itself.

A batch becomes a campaign of service texts that is ready to be sent: with its report, its pace, and
its turn among the others. It is accepted as a whole or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, Table, func, select
from sqlalchemy.orm import Session

from promosms.db import bulk, row_security
from promosms.db.transactions import transaction
from promosms.db.upsert_rows import insert_rows
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    ApiKey,
    ApiMessage,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Message,
    MessageStatus,
    Priority,
    Recipient,
    Suppression,
    campaign_name,
    now,
    table_of,
)
from promosms.services.accounts import trial
from promosms.services.api import composing, idempotency
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import guard, message_rows
from promosms.services.campaigns.estimates import MessageDraft
from promosms.services.gateways import routing
from promosms.services.ledger import ledger
from promosms.services.prices import prices
from promosms.services.senders.chosen import Chosen
from promosms.services.sending import cursors
from promosms.services.sending.opt_outs import lock_shared, reason_of
from promosms.sms import personalise, segments, transliterate

RESULT = "batch"
MOST_REFUSED = 50
"""So many mistakes of one batch are looked for."""
ROWS, LISTED, PEOPLE = table_of(Message), table_of(Suppression), table_of(Recipient)


class Person(NamedTuple):
    """One of a batch: number, own reference, values of the placeholders."""

    to: str
    reference: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class BatchWish:
    """What a program asks for. `max_price` (1/10,000) is for all texts together.

    `service`: the program says that it is no promotion, whatever its words sound like. `request`
    and `delivery_url` are those of a request that came by PromoSMS REST 3.2.
    """

    text: str
    people: Sequence[Person]
    name: str = ""
    sender: str = ""
    route: str = ""
    send_at: datetime | None = None
    valid_hours: int = 0
    max_price: int | None = None
    plain: bool = False
    service: bool = False
    request: str = ""
    delivery_url: str = ""


class BatchRefused(Exception):
    """Some people of a batch cannot be texted so: each with their place among all, and why."""

    def __init__(self, errors: Sequence[tuple[int, Refused]]) -> None:
        super().__init__(len(errors))
        self.errors = errors


@dataclass(frozen=True)
class ComposedBatch:
    """A batch that can be sent. `drafts` are in the order of the people; one with a reason is left
    out."""

    wish: BatchWish
    text: str
    on_top: Chosen
    drafts: Sequence[MessageDraft]
    send_at: datetime | None

    @property
    def price(self) -> int:
        """Of all texts, in 1/10,000."""
        return sum(draft.price for draft in self.drafts)

    @property
    def queued(self) -> int:
        """How many get a text."""
        return sum(not draft.reason for draft in self.drafts)


def compose(account: Account, wish: BatchWish) -> ComposedBatch:
    """Read what a program asks for; raises Refused and BatchRefused.

    Who is left out is found by `without_opt_outs`.
    """
    text, on_top, send_at = _same_for_all(account, wish)
    drafts = _Writer(account, wish, text, on_top).drafts()
    return ComposedBatch(wish, text, on_top, drafts, send_at)


def compose_some(account: Account, wish: BatchWish) -> tuple[ComposedBatch, dict[int, Refused]]:
    """The batch of those people who can be texted so, and why not of each other, by their place.

    Raises Refused for what concerns all.
    """
    text, on_top, send_at = _same_for_all(account, wish)
    writer = _Writer(account, wish, text, on_top)
    people, drafts, refused = [], [], {}
    for place, person in enumerate(wish.people):
        try:
            drafts.append(writer.draft(person))
        except Refused as error:
            refused[place] = error
        else:
            people.append(person)
    return ComposedBatch(replace(wish, people=people), text, on_top, drafts, send_at), refused


def _same_for_all(account: Account, wish: BatchWish) -> tuple[str, Chosen, datetime | None]:
    """The text with its placeholders, the route with the sender, and the time; raises Refused."""
    text = transliterate.tidy(wish.text)
    if not text.strip():
        raise Refused(Refusal.EMPTY, "text")
    if not wish.service:
        composing.check_words(text)
    on_top = composing.sender_of(account.id, wish.route, wish.sender)
    return text, on_top, composing.planned(wish.send_at)


def without_opt_outs(account: Account, batch: ComposedBatch) -> ComposedBatch:
    """The batch with those left out who get nothing now; raises Refused if it costs too much."""
    found = replace(batch, drafts=_left_out(account, batch.drafts))
    check_price(found)
    return found


def check_price(batch: ComposedBatch) -> None:
    """Raise Refused for a batch that costs more than the program allows."""
    most = batch.wish.max_price
    if most is not None and batch.price > most:
        raise Refused(Refusal.OVER_MAXIMUM, "max_price", price=batch.price)


@dataclass(frozen=True)
class AcceptedBatch:
    """A batch that is stored: its campaign, its messages, and their ids by number."""

    campaign: Campaign
    batch: ComposedBatch
    ids: Mapping[str, int]


def accept(key: ApiKey, composed: ComposedBatch, once: Once | None) -> AcceptedBatch:
    """Store a batch, ready to be sent; the caller wakes the gateways.

    Raises Refused, and what `idempotency.begin` raises, all before anything is written.
    """
    with transaction() as session:
        idempotency.begin(session, once)
        lock_shared(session, key.account_id)
        account = session.get_one(Account, key.account_id)
        batch = without_opt_outs(account, composed)
        check(session, account, batch)
        campaign = _campaign(key, batch)
        session.add(campaign)
        session.flush()
        shared = (account.id, campaign.id, Priority.CAMPAIGN.value, batch.on_top.route.flash)
        with row_security.bypass("COPY and holds are not for pages of customers"):
            message_rows.insert(session, shared, batch.drafts)
            _open(session, campaign)
        ids = _note(session, key, campaign, batch)
        idempotency.finish(session, once, f"{RESULT}:{campaign.id}")
        session.flush()
        return AcceptedBatch(campaign, batch, ids)


def check(session: Session, account: Account, batch: ComposedBatch) -> None:
    """May the account send this batch now? Raises Refused."""
    if account.status != AccountStatus.ACTIVE:
        raise Refused(Refusal.SUSPENDED)
    if not batch.queued:
        return
    if reason := guard.over_limit(session, account, batch.price):
        raise Refused(Refusal.MONTH_LIMIT if reason == guard.StopReason.MONTH else Refusal.LIMIT)
    if account.balance < batch.price:
        raise Refused(Refusal.BALANCE, missing=batch.price - account.balance)


def of_result(key: ApiKey, number: int) -> Campaign | None:
    """The campaign that an idempotent request has made; None if it was deleted since."""
    own = Campaign.account_id == key.account_id, Campaign.id == number
    return db.session.scalar(select(Campaign).where(*own))


class _Writer:
    """Writes the messages of a batch; what is the same for all is read once."""

    def __init__(self, account: Account, wish: BatchWish, text: str, on_top: Chosen) -> None:
        self.wish, self.template = wish, personalise.compile(text)
        self.price_of = prices.price_list(on_top.route.id, account.id).of
        self.choose = routing.chooser(on_top.route.id)
        self.sender_of = on_top.by_country()
        self.numbers: set[str] = set()

    def drafts(self) -> list[MessageDraft]:
        """The messages in the order of the people; raises BatchRefused."""
        drafts, errors = [], []
        for place, person in enumerate(self.wish.people):
            try:
                drafts.append(self.draft(person))
            except Refused as error:
                errors.append((place, error))
                if len(errors) >= MOST_REFUSED:
                    break
        if errors:
            raise BatchRefused(errors)
        return drafts

    def draft(self, person: Person) -> MessageDraft:
        """The message to one of the people; raises Refused."""
        number = composing.number_of(person.to)
        if number.e164 in self.numbers:
            raise Refused(Refusal.TWICE, "to")
        self.numbers.add(number.e164)
        text = self._text(person)
        encoding, parts, _, _ = segments.measure(text)
        if parts > segments.MAX_PARTS:
            raise Refused(Refusal.TOO_LONG, "values", parts=parts, most=segments.MAX_PARTS)
        price = self.price_of(number.country, number.e164)
        gateway_id = self.choose(number.country)
        if price is None or gateway_id is None:
            raise Refused(Refusal.COUNTRY, "to", country=number.country)
        sender, unreachable = self.sender_of(number.country)
        if unreachable:
            raise Refused(Refusal.SENDER_HERE, "to", why=unreachable, country=number.country)
        whom = (0, None, number.e164, number.country)
        return MessageDraft(*whom, text, encoding, parts, parts * price, "", gateway_id, sender)

    def _text(self, person: Person) -> str:
        values = {personalise.canonical(name): value for name, value in person.values.items()}
        for placeholder, _after in self.template.fields:
            if not values.get(placeholder.name, "").strip() and placeholder.default is None:
                raise Refused(Refusal.VALUE, "values", name=placeholder.name)
        text = transliterate.tidy(self.template.render(values))
        text = transliterate.plain_text(text) if self.wish.plain else text
        if not text.strip():
            raise Refused(Refusal.EMPTY, "values")
        return text


def _left_out(account: Account, drafts: Sequence[MessageDraft]) -> list[MessageDraft]:
    """The messages with their recipients; who has opted out, or is no guest on trial, gets none."""
    numbers = [draft.phone for draft in drafts]
    sources = _found(LISTED, LISTED.c.source, account.id, numbers)
    owners = _found(PEOPLE, PEOPLE.c.public_id, account.id, numbers)
    guests = trial.may_text(account)
    written = []
    for draft in drafts:
        source, reason = sources.get(draft.phone), ""
        if source is not None:
            reason = reason_of(source)
        elif guests is not None and draft.phone not in guests:
            reason = trial.SKIPPED
        draft = MessageDraft(0, owners.get(draft.phone), *draft[2:])
        written.append(_skipped(draft, reason) if reason else draft)
    return written


def _found(
    table: Table, column: Column[str], account_id: int, numbers: Sequence[str]
) -> dict[str, str]:
    """A column of the rows of the account with these numbers, by number."""
    query: Select[Any] = select(table.c.phone, column).where(table.c.account_id == account_id)
    rows = bulk.look_up(db.session(), query, table.c.phone, numbers)
    return {row["phone"]: row[column.name] for row in rows.mappings()}


def _skipped(draft: MessageDraft, reason: str) -> MessageDraft:
    return MessageDraft(*draft[:4], "", "gsm7", 0, 0, reason, None, "")


def _campaign(key: ApiKey, batch: ComposedBatch) -> Campaign:
    price, queued, moment = batch.price, batch.queued, now()
    wish, own = batch.wish, batch.on_top.own
    confirmed = wish.service and bool(composing.promotion_words(batch.text))
    return Campaign(
        account_id=key.account_id,
        api_key_id=key.id,
        route_id=batch.on_top.route.id,
        sender_id=own.sender.id if own else None,
        name=wish.name or campaign_name(batch.text),
        text=batch.text,
        kind=CampaignKind.SERVICE,
        opt_out_line=False,
        plain_details=wish.plain,
        service_confirmed_by=key.created_by if confirmed else "",
        service_confirmed_at=moment if confirmed else None,
        status=CampaignStatus.SENDING if queued else CampaignStatus.FINISHED,
        finished_at=None if queued else moment,
        validity_hours=wish.valid_hours,
        held_until=batch.send_at,
        launched_at=moment,
        count_at=moment,
        audience=len(batch.drafts),
        agreed_price=price,
        total_price=price,
        n_queued=queued,
        n_skipped=len(batch.drafts) - queued,
        n_parts=sum(draft.parts for draft in batch.drafts),
    )


def _open(session: Session, campaign: Campaign) -> None:
    """Give each gateway its send cursor, and set the price aside."""
    rows = session.execute(
        select(Message.gateway_id, func.min(Message.id), func.max(Message.id))
        .where(Message.campaign_id == campaign.id, Message.status == MessageStatus.QUEUED)
        .group_by(Message.gateway_id)
    ).all()
    campaign.send_cursors = cursors.initial((row[0] or 0, row[1], row[2]) for row in rows)
    if not campaign.n_queued:
        return
    try:
        trial.take(session, campaign.account_id, campaign.n_queued)
        ledger.hold(campaign.account_id, campaign.id, campaign.total_price)
    except trial.DayIsFull as error:
        raise Refused(Refusal.TRIAL_DAY) from error
    except ledger.OverMonthlyLimit as error:
        raise Refused(Refusal.MONTH_LIMIT, missing=error.missing) from error
    except ledger.InsufficientBalance as error:
        raise Refused(Refusal.BALANCE, missing=error.missing) from error


def _note(
    session: Session, key: ApiKey, campaign: Campaign, batch: ComposedBatch
) -> dict[str, int]:
    """Note the references of the program; returns the ids of the messages by number."""
    query = select(ROWS.c.phone, ROWS.c.id).where(ROWS.c.campaign_id == campaign.id)
    ids = {row.phone: row.id for row in session.execute(query)}
    same = (False, None, batch.wish.request, batch.wish.delivery_url, now())
    rows = [
        (ids[draft.phone], key.account_id, key.id, person.reference, *same)
        for person, draft in zip(batch.wish.people, batch.drafts, strict=True)
    ]
    rows.sort(key=lambda row: row[0])
    names = (
        *("message_id", "account_id", "key_id", "reference"),
        *("service_confirmed", "valid_until", "request", "delivery_url", "created_at"),
    )
    insert_rows(session, table_of(ApiMessage), names, rows)
    return ids
