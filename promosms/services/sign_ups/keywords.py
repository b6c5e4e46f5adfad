"""Signing up by a keyword: who texts it to a number that receives is on the list of its form.

Their text proves that the number is theirs, so that no code is needed. It is an act of the person
like the code of the hosted form: it counts also after an opt-out. They are told once, by a text
that the account pays; without money, for example, they join all the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.extensions import db
from promosms.language import force_locale, gettext
from promosms.models import (
    Account,
    AccountStatus,
    ConsentHow,
    InboundMessage,
    Message,
    Priority,
    SignUpForm,
    new_public_id,
    now,
)
from promosms.services.accounts import trial
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.prices import prices
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import asking, forms, joining
from promosms.sms import transliterate
from promosms.sms.keywords import sign_up_word_in
from promosms.sms.phone import country_if_any
from promosms.sms.segments import measure
from promosms.sms.senders import spelling

DAY = timedelta(days=1)
MOST_ANSWERS = 3
"""To a number and day: the other side may be a robot that joins and opts out in turns."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class Texted:
    """A text that came: from a number (E.164) to one that receives, by a gateway."""

    phone: str
    number: str
    text: str
    gateway_id: int
    received_at: datetime


def receiving_number(account_id: int) -> str | None:
    """The number to which people text a keyword; None if texts cannot be answered.

    It is the sender of the default route, or the one that somebody has answered to lately.
    """
    shown = defaults.default_route().sender
    if spelling.number(shown):
        return shown
    query = select(InboundMessage.inbound_number).where(InboundMessage.account_id == account_id)
    last = db.session.scalar(query.order_by(InboundMessage.id.desc()).limit(1))
    return last if last and spelling.number(last) else None


def form_of(session: Session, phone: str, text: str) -> SignUpForm | None:
    """The open form that this text signs its sender up by; None if it is another text.

    A form is open for a mobile number only, and not while its account is being deleted.
    """
    word = sign_up_word_in(text)
    if not word or not country_if_any(phone):
        return None
    query = (
        select(SignUpForm)
        .join(Account, Account.id == SignUpForm.account_id)
        .where(
            SignUpForm.keyword == word,
            SignUpForm.closed_at.is_(None),
            SignUpForm.list_id.is_not(None),
            Account.status != AccountStatus.DELETING,
        )
    )
    return session.scalar(query)


def lock(session: Session, account_id: int) -> None:
    """Take the locks for `take`, before any other."""
    opt_outs.lock(session, account_id)
    session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def take(session: Session, form_id: int, texted: Texted) -> bool:
    """Let the sender of a keyword join, and tell them; False if that is no news, or it was closed.

    Call `lock` before. To repeat it changes nothing.
    """
    query = select(SignUpForm).where(SignUpForm.id == form_id, SignUpForm.closed_at.is_(None))
    locked = query.with_for_update().execution_options(populate_existing=True)
    form = session.scalars(locked).one_or_none()
    if form is None or form.list_id is None:
        return False
    shown = forms.shown(form, "pl" if country_if_any(texted.phone) == "PL" else "en")
    source = f"{texted.text.strip()} ({texted.number})"
    moment, wording_id = texted.received_at, shown.wording.id
    joined = joining.join(
        session, form, texted.phone, "", wording_id, ConsentHow.KEYWORD, source, moment
    )
    if joined:
        _tell(session, form, texted, shown.language)
    return joined


def _tell(session: Session, form: SignUpForm, texted: Texted, language: str) -> None:
    """Queue the text that says so, unless the account cannot or may not send it."""
    account = session.get_one(Account, form.account_id)
    text = _words(asking.name_of(account, form, language), language)
    size = measure(text)
    price_list = prices.price_list(defaults.default_route().id, account.id)
    part_price = price_list.of(country_if_any(texted.phone), texted.phone)
    if part_price is None or not _may_tell(session, account, form, texted, text):
        return
    price = part_price * size.parts
    if price > account.balance:
        return
    message = Message(
        account_id=account.id,
        gateway_id=texted.gateway_id,
        priority=Priority.SIGN_UP,
        phone=texted.phone,
        country=country_if_any(texted.phone),
        sender=texted.number,
        text=text,
        encoding=size.encoding,
        parts=size.parts,
        price=price,
    )
    session.add(message)
    session.flush()
    ledger.hold_text(account.id, message.id, price, new_public_id(), sign_up=True)
    asking.count_text(account, form)


def _may_tell(
    session: Session, account: Account, form: SignUpForm, texted: Texted, text: str
) -> bool:
    if account.status != AccountStatus.ACTIVE or not spelling.number(texted.number):
        return False
    if asking.texted_today(account, form) >= form.daily_limit:
        return False
    guests = trial.may_text(account)
    if guests is not None and texted.phone not in guests:
        return False
    told = select(func.count()).where(
        Message.account_id == account.id,
        Message.phone == texted.phone,
        Message.priority == Priority.SIGN_UP,
        Message.text == text,
        Message.created_at > now() - DAY,
    )
    if session.scalars(told).one() >= MOST_ANSWERS:
        return False
    try:
        trial.take(session, account.id, 1)
    except trial.DayIsFull:
        return False
    return True


def _words(name: str, language: str) -> str:
    with force_locale(language):
        text = gettext(
            "%(name)s: you have signed up for our texts. To end them, answer STOP.",
            name=name[:LONGEST_NAME].strip(),
        )
    return transliterate.plain_text(str(text))
