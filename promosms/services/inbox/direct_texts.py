"""Direct texts: an answer, or a first text, to one person, outside of a campaign.

Somebody who has written within 30 days may be answered: they began the conversation. To write to
anybody else is advertising, so it needs their consent to promotions, until it leaves. An opt-out
refuses both.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Consent,
    DirectText,
    InboundMessage,
    Message,
    Priority,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.accounts import trial
from promosms.services.gateways import routing
from promosms.services.inbox import conversation_rows
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.prices import prices
from promosms.services.recipients import activity, recipients
from promosms.services.sending import answers, opt_outs
from promosms.services.sending.answers import ANSWERABLE
from promosms.sms import gsm7, segments, transliterate
from promosms.sms.phone import country_if_any

SENDER = 16  # characters of a sender, as messages store it


class Refusal(StrEnum):
    """Why a direct text is not sent."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    OPTED_OUT = "opted_out"
    HELD = "held"
    NO_CONSENT = "no_consent"
    SUSPENDED = "suspended"
    TRIAL_GUEST = "trial_guest"
    TRIAL_DAY = "trial_day"
    NO_PRICE = "no_price"
    NO_GATEWAY = "no_gateway"
    MONTH_LIMIT = "month_limit"
    NOT_AGREED = "not_agreed"  # to this price: it was not shown, or is higher now


class DirectTextRefused(Exception):
    """Nothing was sent; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


class AlreadySent(Exception):
    """The form was sent before. `same`: with this text, so there is nothing left to do."""

    def __init__(self, same: bool) -> None:
        super().__init__(same)
        self.same = same


@dataclass(frozen=True)
class Permission:
    """May this number be texted now? `refusal` says why not.

    With `agreed` they agreed to promotions. Else they wrote at `wrote_at`, and may be answered
    until `until`.
    """

    refusal: Refusal | None = None
    agreed: bool = False
    wrote_at: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """When the time for an answer ends."""
        return self.wrote_at + ANSWERABLE if self.wrote_at else None


class CostlyCharacter(NamedTuple):
    """A character that makes a text dearer, and its plain replacement."""

    char: str
    plain: str | None


@dataclass(frozen=True)
class Cost:
    """The size of a text; `part_price` in 1/10,000, None if its number cannot be texted."""

    characters: int
    parts: int
    left: int
    special: bool
    costly: tuple[CostlyCharacter, ...]
    plain_parts: int
    part_price: int | None

    @property
    def price(self) -> int | None:
        """The price of the text, in 1/10,000."""
        return None if self.part_price is None else self.part_price * self.parts


@dataclass(frozen=True)
class Line:
    """How a text leaves: the gateway, None if there is none, and the sender that is shown."""

    gateway_id: int | None
    sender: str

    @property
    def answerable(self) -> bool:
        """Can they answer it?"""
        return _is_number(self.sender)


class Automatic(NamedTuple):
    """That a text goes by itself: by which automatic answer, from the number that was written to.

    It leaves from no other number, and what they wrote stays for a person to read.
    """

    answer_id: int
    sender: str


def permission(account_id: int, phone: str) -> Permission:
    """May the account write to this number now?"""
    listed = select(Suppression.source).where(
        Suppression.account_id == account_id, Suppression.phone == phone
    )
    source = db.session.scalar(listed)
    if source is not None:
        held = source == SuppressionSource.HELD
        return Permission(Refusal.HELD if held else Refusal.OPTED_OUT)
    agreed = select(Recipient.consent).where(
        Recipient.account_id == account_id, Recipient.phone == phone
    )
    if db.session.scalar(agreed) == Consent.GIVEN:
        return Permission(agreed=True)
    wrote_at = _wrote_at(account_id, phone)
    if wrote_at is None or wrote_at <= now() - ANSWERABLE:
        return Permission(Refusal.NO_CONSENT)
    return Permission(wrote_at=wrote_at)


def why_not(account: Account, phone: str) -> Refusal | None:
    """Why nothing can be written to this number now, whatever the text is."""
    return _why_not(account, phone, cost(account.id, phone, ""), line(account.id, phone))


def _why_not(account: Account, phone: str, size: Cost, way: Line) -> Refusal | None:
    refusal = permission(account.id, phone).refusal
    guests = trial.may_text(account)
    if account.status != AccountStatus.ACTIVE:
        return Refusal.SUSPENDED
    if refusal is not None:
        return refusal
    if guests is not None and phone not in guests:
        return Refusal.TRIAL_GUEST
    if size.part_price is None:
        return Refusal.NO_PRICE
    return Refusal.NO_GATEWAY if way.gateway_id is None else None


def cost(account_id: int, phone: str, text: str) -> Cost:
    """The size and the price of a text to this number."""
    price_list = prices.price_list(defaults.default_route().id, account_id)
    return cost_of(text, price_list.of(country_if_any(phone), phone))


def cost_of(text: str, part_price: int | None) -> Cost:
    """The size of a text, and what it costs at this price of a part (1/10,000)."""
    measure = segments.measure(text)
    return Cost(
        characters=measure.units,
        parts=measure.parts,
        left=measure.left,
        special=measure.encoding == "ucs2",
        costly=tuple(
            CostlyCharacter(char, transliterate.plain(char)) for char in gsm7.costly(text)
        ),
        plain_parts=segments.measure(transliterate.plain_text(text)).parts,
        part_price=part_price,
    )


def line(account_id: int, phone: str) -> Line:
    """The way of a text to this number: back from the number that they last wrote to.

    If its gateway is not on the default route, or cannot send at the moment, the text leaves like
    any other, with the sender of that route.
    """
    route, country = defaults.default_route(), country_if_any(phone)
    last = (
        select(InboundMessage.gateway_id, InboundMessage.inbound_number)
        .where(InboundMessage.account_id == account_id, InboundMessage.phone == phone)
        .order_by(InboundMessage.id.desc())
        .limit(1)
    )
    row = db.session.execute(last).one_or_none()
    if row is not None and _is_number(row.inbound_number):
        choices = {choice.gateway_id: choice for choice in routing.choices_of(route.id)}
        back = choices.get(row.gateway_id or 0)
        if back is not None and back.usable and back.serves(country):
            return Line(back.gateway_id, row.inbound_number)
    return Line(routing.gateway_for(route.id, country), route.sender)


def send(
    account: Account,
    phone: str,
    text: str,
    *,
    key: str,
    agreed_price: int | None,
    automatic: Automatic | None = None,
    written_by: str = "",
) -> Message:
    """Set the price of a text aside and queue it, in one transaction; the caller wakes the gateway.

    `key` names the form: it sends once, however often it comes. `agreed_price` (1/10,000) is what
    the page has shown, None if it has not; `written_by` is the public id of a user. Raises
    DirectTextRefused, AlreadySent and InsufficientBalance, all before anything is written.
    """
    with transaction() as session:
        opt_outs.lock_shared(session, account.id)
        account = session.get_one(Account, account.id, with_for_update=True, populate_existing=True)
        _check_key(session, account.id, key, text)
        way, size = line(account.id, phone), cost(account.id, phone, text)
        if automatic is not None and way.sender != automatic.sender:
            way = Line(None, automatic.sender)
        _check(account, phone, text, size, way)
        price = size.price or 0
        if agreed_price is None or price > agreed_price:
            raise DirectTextRefused(Refusal.NOT_AGREED)
        _check_money(session, account.id, price)
        message = Message(
            account_id=account.id,
            gateway_id=way.gateway_id,
            priority=Priority.DIRECT,
            recipient=recipients.owner_of(session, account.id, phone),
            phone=phone,
            country=country_if_any(phone),
            sender=way.sender,
            text=text,
            encoding="ucs2" if size.special else "gsm7",
            parts=size.parts,
            price=price,
        )
        session.add(message)
        session.flush()
        answer_id = automatic.answer_id if automatic else None
        ledger.hold_text(
            *(account.id, message.id, price, key),
            automatic_answer_id=answer_id,
            written_by=written_by,
        )
        if automatic is None:
            conversation_rows.answered(session, account.id, phone, message.id)
        activity.texted(session, account.id, phone, now())
        return message


def _check_money(session: Session, account_id: int, price: int) -> None:
    try:
        ledger.lock_to_spend(session, account_id, price)
    except ledger.OverMonthlyLimit as error:
        raise DirectTextRefused(Refusal.MONTH_LIMIT) from error


def _check_key(session: Session, account_id: int, key: str, text: str) -> None:
    """The account is locked, so of two forms with the same key the second one finds the first."""
    sent = select(DirectText.message_id).where(
        DirectText.account_id == account_id, DirectText.key == key
    )
    message_id = session.scalar(sent)
    if message_id is not None:
        message = session.get(Message, message_id)
        raise AlreadySent(message is None or message.text == text)


def _check(account: Account, phone: str, text: str, size: Cost, way: Line) -> None:
    refusal = _why_not(account, phone, size, way)
    if refusal is not None:
        raise DirectTextRefused(refusal)
    if not text.strip():
        raise DirectTextRefused(Refusal.EMPTY)
    if size.parts > segments.MAX_PARTS:
        raise DirectTextRefused(Refusal.TOO_LONG)
    try:
        trial.take(db.session(), account.id, 1)
    except trial.DayIsFull as error:
        raise DirectTextRefused(Refusal.TRIAL_DAY) from error


def _wrote_at(account_id: int, phone: str) -> datetime | None:
    """When they last wrote; a text that was an opt-out began no conversation."""
    query = select(InboundMessage.received_at).where(
        InboundMessage.account_id == account_id, InboundMessage.phone == phone, answers.began()
    )
    return db.session.scalar(query.order_by(InboundMessage.id.desc()).limit(1))


def _is_number(sender: str) -> bool:
    number = sender.removeprefix("+")
    return number.isascii() and number.isdecimal() and len(sender) <= SENDER
