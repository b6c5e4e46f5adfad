"""Asking: somebody has typed their number into a sign-up form, and gets a text with a code.

It is the first half of the double opt-in: until the code is typed they are nobody's recipient. The
account pays the text, so its price is set aside first. Whether a number is known, has opted out or
has signed up before makes no difference here: the answer would tell it to a stranger.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext
from promosms.lib import encryption
from promosms.models import (
    Account,
    AccountStatus,
    Company,
    Message,
    MessageStatus,
    Priority,
    SignUp,
    SignUpForm,
    new_public_id,
    now,
)
from promosms.services.abuse import sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm, PumpingProblem
from promosms.services.accounts import trial
from promosms.services.auth import passwords
from promosms.services.gateways import routing
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.ledger.ledger import InsufficientBalance
from promosms.services.prices import prices
from promosms.services.recipients import suppression_list
from promosms.services.sending import opt_outs, verification_texts
from promosms.services.sign_ups import forms
from promosms.sms import segments
from promosms.sms.phone import country_of
from promosms.sms.transliterate import plain_text

LIFETIME = timedelta(minutes=30)
AGAIN = timedelta(minutes=1)
"""Before that the code that was texted is the answer: who presses twice gets one text."""
MOST_TEXTS = 3
"""To a number by one form, while its row is kept."""
DIGITS, DOTS = 6, "••••••"
LATE = "late"
"""Why a text was left out: no gateway could send it while its code counted."""
LONGEST_NAME = 30


class Refusal(StrEnum):
    """Why a form texts no code. The owner sees it, and a visitor that it is not possible now."""

    CLOSED = "closed"
    SUSPENDED = "suspended"
    TRIAL = "trial"  # an account on trial texts its guests only
    TRIAL_DAY = "trial_day"
    DAY_FULL = "day_full"  # the daily limit of the form
    NO_PRICE = "no_price"
    NO_GATEWAY = "no_gateway"
    NO_MONEY = "no_money"


class SignUpRefused(Exception):
    """The form texts no code; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


class CodeRefused(Exception):
    """This number, or whoever asks for it, gets no text now; `problem` says why."""

    def __init__(self, problem: PumpingProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Asked:
    """A number that waits for its code; without `gateway_id` it had been texted just before."""

    public_id: str
    gateway_id: int | None = None


@dataclass(frozen=True)
class Visitor:
    """Who asks: the number (E.164), the words agreed to, and what their browser says."""

    phone: str
    first_name: str
    language: str
    wording_id: int
    network: str = ""
    proof: str = ""


@dataclass(frozen=True)
class _Text:
    """The text with a code, and its price in 1/10,000."""

    code: str
    hashed: str
    words: str
    parts: int
    encoding: str
    price: int


def why_not(form: SignUpForm) -> Refusal | None:
    """Why the form texts nobody a code now; its account may be on trial, see `forms`."""
    account = db.session.get_one(Account, form.account_id)
    if form.closed_at is not None or form.list_id is None:
        return Refusal.CLOSED
    if account.status != AccountStatus.ACTIVE:
        return Refusal.SUSPENDED
    if texted_today(account, form) >= form.daily_limit:
        return Refusal.DAY_FULL
    price = prices.price_list(defaults.default_route().id, account.id).of(account.region)
    return Refusal.NO_MONEY if price is not None and price > account.balance else None


def texted_today(account: Account, form: SignUpForm) -> int:
    """How many codes the form has texted on the present day of the account."""
    return form.texted if form.texted_on == _today(account) else 0


def count_text(account: Account, form: SignUpForm) -> None:
    """Count a text of the form on the present day; both rows are locked."""
    form.texted, form.texted_on = texted_today(account, form) + 1, _today(account)


def ask(form: SignUpForm, visitor: Visitor) -> Asked:
    """Text a code to a number, and let it wait; the caller wakes the gateway.

    Who asks again within a minute gets no second text, and else a new code instead of the one
    before; none is texted after a STOP that came since. Raises SignUpRefused and CodeRefused; then
    nothing has changed.
    """
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    hashed = passwords.hash_password(code)
    try:
        with transaction() as session:
            sms_pumping.lock()
            account = session.get_one(
                Account, form.account_id, with_for_update=True, populate_existing=True
            )
            form = session.get_one(
                SignUpForm, form.id, with_for_update=True, populate_existing=True
            )
            row, moment = _row(session, form, visitor.phone), now()
            if row is not None and (row.texted_at > moment - AGAIN or _stopped(row)):
                return Asked(row.public_id)
            text = _text(account, form, visitor, code, hashed)
            _check(session, account, form, visitor.phone)
            problem = _problem(account, row, visitor)
            if problem is None:
                row = row or SignUp(account_id=account.id, form_id=form.id, texts=0)
                _fill(row, visitor, text, moment)
                session.add(row)
                count_text(account, form)
                return Asked(row.public_id, _send(session, account, visitor.phone, text))
    except InsufficientBalance as error:
        raise SignUpRefused(Refusal.NO_MONEY) from error
    raise CodeRefused(problem)  # not within the transaction: the refusal is counted


def skip_late() -> None:
    """Leave out texts whose code does not count any more: nobody pays for them."""
    waits = Message.attention_status == MessageStatus.QUEUED, Message.campaign_id.is_(None)
    old = Message.priority == Priority.SIGN_UP, Message.created_at < now() - LIFETIME
    with transaction() as session:
        if session.scalar(select(Message.id).where(*waits, *old).limit(1)) is not None:
            opt_outs.skip_texts(session, and_(*waits, *old), LATE, opt_outs.WITH_SIGN_UPS)


def find(public_id: str) -> SignUp | None:
    """The sign-up with this public id, confirmed or not."""
    return db.session.scalar(select(SignUp).where(SignUp.public_id == public_id))


def name_of(account: Account, form: SignUpForm, language: str) -> str:
    """The name of the shop, else of the company, else what the form is called."""
    company = db.session.get(Company, account.id)
    name = account.shop_name or (company.name if company else "")
    return name or forms.shown(form, language).title


def _row(session: Session, form: SignUpForm, phone: str) -> SignUp | None:
    """The row of a number, locked; one that was to be deleted begins anew."""
    query = select(SignUp).where(SignUp.form_id == form.id, SignUp.phone == phone)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is not None and row.texted_at < now() - SignUp.retention.limit:
        row.texts = 0
    return row


def _stopped(row: SignUp) -> bool:
    """Have they answered the code with STOP? Then a stranger has asked, and no other is texted."""
    listed = suppression_list.of_number(row.account_id, row.phone or "")
    return listed is not None and (listed.received_at or listed.created_at) >= row.texted_at


def _check(session: Session, account: Account, form: SignUpForm, phone: str) -> None:
    """Raise SignUpRefused if the account or the form texts nobody, or not this number."""
    refusal, guests = why_not(form), trial.may_text(account)
    if refusal is None and guests is not None and phone not in guests:
        refusal = Refusal.TRIAL
    if refusal is None and _gateway_of(phone) is None:
        refusal = Refusal.NO_GATEWAY
    if refusal is not None:
        raise SignUpRefused(refusal)
    try:
        trial.take(session, account.id, 1)
    except trial.DayIsFull as error:
        raise SignUpRefused(Refusal.TRIAL_DAY) from error


def _problem(account: Account, row: SignUp | None, visitor: Visitor) -> PumpingProblem | None:
    if row is not None and row.texts >= MOST_TEXTS:
        return PumpingProblem.NUMBER
    return sms_pumping.why_not(
        visitor.phone, visitor.network, visitor.proof, ProofForm.SIGN_UP, (account.region,)
    )


def _text(account: Account, form: SignUpForm, visitor: Visitor, code: str, hashed: str) -> _Text:
    words = _words(name_of(account, form, visitor.language), visitor.language)
    measure = segments.measure(words.replace("{secret}", code))
    price_list = prices.price_list(defaults.default_route().id, account.id)
    part_price = price_list.of(country_of(visitor.phone), visitor.phone)
    if part_price is None:
        raise SignUpRefused(Refusal.NO_PRICE)
    parts = measure.parts
    return _Text(code, hashed, words, parts, measure.encoding, part_price * parts)


def _words(name: str, language: str) -> str:
    """What is texted to who signs up, in plain letters to stay within one part."""
    name = plain_text(name).replace("{", "").replace("}", "")[:LONGEST_NAME].strip()
    with force_locale(language):
        return str(
            gettext(
                "%(name)s: {secret} is the code to confirm that you want our texts. It is valid "
                "for %(minutes)s minutes. If you did not ask for it, do nothing.",
                name=name,
                minutes=int(LIFETIME.total_seconds() // 60),
            )
        )


def _fill(row: SignUp, visitor: Visitor, text: _Text, moment: datetime) -> None:
    row.public_id = row.public_id or new_public_id()
    row.phone, row.first_name = visitor.phone, visitor.first_name
    row.language, row.wording_id = visitor.language, visitor.wording_id
    row.code_hash, row.tries = text.hashed, 0
    row.texts, row.texted_at = row.texts + 1, moment
    row.expires_at = moment + LIFETIME


def _send(session: Session, account: Account, phone: str, text: _Text) -> int | None:
    """Queue the text and set its price aside; returns its gateway. Raises InsufficientBalance."""
    body = text.words.replace("{secret}", text.code)
    message = Message(
        account_id=account.id,
        gateway_id=_gateway_of(phone),
        priority=Priority.SIGN_UP,
        phone=phone,
        country=country_of(phone),
        sender=defaults.default_route().sender,
        text=text.words.replace("{secret}", DOTS),
        encrypted_text=encryption.encrypt(verification_texts.PURPOSE, body),
        encoding=text.encoding,
        parts=text.parts,
        price=text.price,
    )
    session.add(message)
    session.flush()
    ledger.hold_text(account.id, message.id, text.price, new_public_id(), sign_up=True)
    return message.gateway_id


def _gateway_of(phone: str) -> int | None:
    return routing.gateway_for(defaults.default_route().id, country_of(phone))


def _today(account: Account) -> date:
    return now().astimezone(ZoneInfo(account.timezone)).date()
