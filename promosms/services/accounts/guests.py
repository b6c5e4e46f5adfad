"""Guests: the few numbers, besides its own, that an account may text while it is on trial.

A guest agrees first: they get one text with a code, and tell it to whoever asked them. STOP takes
them off the list, and this account cannot ask them again.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, update
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext
from promosms.models import (
    Account,
    AccountStatus,
    Guest,
    Recipient,
    Role,
    Suppression,
    SuppressionSource,
    User,
    now,
)
from promosms.services.abuse import sms_pumping
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.auth import passwords
from promosms.services.gateways import routing
from promosms.services.installation import defaults
from promosms.services.sending import opt_outs, trial_numbers, verification_texts
from promosms.settings import settings
from promosms.sms import phone
from promosms.sms.transliterate import plain_text

TAKEN = Guest.retention.limit
"""A place stays taken for so long after its guest was removed, or was asked and gave no code."""
DIGITS = 6
MOST_TRIES = 5
AGAIN = timedelta(minutes=1)
"""Who presses the button twice asks once."""
STOPPED = 2
"""A number that has said STOP to so many accounts within RECENTLY is asked by no other."""
RECENTLY = timedelta(days=30)
ASKED = 2
"""Nor is one that so many other accounts have asked within a day, and that gave no code."""
LONGEST_NAME = 30


class Full(Exception):
    """Every place is taken; `free_at` is when that of a removed guest becomes free, or None."""

    def __init__(self, free_at: datetime | None) -> None:
        super().__init__(free_at)
        self.free_at = free_at


class OwnNumber(Exception):
    """The number of a user of the account: it needs no place on the list."""


class Suspended(Exception):
    """The account may not send anything at the moment."""


class Unwilling(Exception):
    """They have said STOP to this account, or to several others: nobody asks them again."""


class CodeRefused(Exception):
    """No text with a code may go out now; `problem` says why."""

    def __init__(self, problem: PumpingProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def of(account_id: int) -> list[Guest]:
    """The guests, the oldest first, then removed ones whose places are still taken."""
    query = select(Guest).where(Guest.account_id == account_id, _taken(now()))
    return sorted(
        db.session.scalars(query), key=lambda guest: (guest.removed_at is not None, guest.id)
    )


def free(account_id: int) -> int:
    """How many more guests there may be now."""
    return max(settings.trial_guests - len(of(account_id)), 0)


def recipients(guests: Sequence[Guest]) -> set[str]:
    """The numbers of those guests who are recipients too: campaigns reach only these."""
    if not guests:
        return set()
    query = select(Recipient.phone).where(
        Recipient.account_id == guests[0].account_id,
        Recipient.phone.in_([guest.phone for guest in guests]),
    )
    return set(db.session.scalars(query))


def add(account: Account, typed: str, network: str = "", proof: str = "") -> Guest:
    """Put a number on the list and text it a code; a confirmed guest stays as they are.

    Asked again, a guest gets a new code, and the earlier one is void. `network` and `proof` are
    those of the browser, see `sms_pumping.why_not`.
    Raises InvalidPhone, Suspended, OwnNumber, Unwilling, Full, or CodeRefused; then nothing has
    changed.
    """
    number = phone.parse(typed, account.region).e164
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    hashed = passwords.hash_password(code)
    with transaction() as session:
        sms_pumping.lock()
        # The lock keeps two requests at once from taking the last place twice.
        session.refresh(account, with_for_update=True)
        moment = now()
        session.execute(
            delete_rows(Guest).where(Guest.account_id == account.id, not_(_taken(moment)))
        )
        guest = session.scalar(_row(account.id, number).execution_options(populate_existing=True))
        if guest is not None and _is_settled(guest, moment):
            return guest
        _check(session, account, number, is_new=guest is None)
        problem = sms_pumping.why_not(number, network, proof)
        if problem is None:
            if guest is None:
                guest = Guest(account_id=account.id, phone=number)
                session.add(guest)
            guest.sent_at, guest.code_hash, guest.tries = moment, hashed, 0
            guest.removed_at = guest.confirmed_at = None
            verification_texts.queue_verification_text(account.id, number, _words(account), code)
            return guest
    raise CodeRefused(problem)  # not within the transaction: the refusal is counted


def confirm(guest: Guest, typed: str) -> bool:
    """Is it the code that this guest got? Then the account may text them.

    A try is counted before the check. True for one who is confirmed already.
    """
    waiting = Guest.id == guest.id, Guest.removed_at.is_(None), Guest.confirmed_at.is_(None)
    with transaction() as session:
        tried = session.scalar(
            update(Guest)
            .where(*waiting, Guest.tries < MOST_TRIES, Guest.sent_at > now() - TAKEN)
            .values(tries=Guest.tries + 1)
            .returning(Guest.code_hash)
        )
        session.refresh(guest)
        if guest.confirmed_at is not None and guest.removed_at is None:
            return True
    digits = "".join(sign for sign in typed if sign.isdecimal())
    if not passwords.matches(tried, digits) or not tried:
        return False
    with transaction() as session:
        sms_pumping.completed(guest.phone)
        changed = session.execute(
            update(Guest)
            .where(*waiting, Guest.code_hash == tried)
            .values(confirmed_at=now(), code_hash="")
            .returning(Guest.id)
        ).all()
        session.refresh(guest)
        return bool(changed)


def can_try(guest: Guest) -> bool:
    """May a code be typed in for this guest, or do they need a new one?"""
    return (
        guest.confirmed_at is None
        and guest.removed_at is None
        and guest.tries < MOST_TRIES
        and guest.sent_at is not None
        and guest.sent_at > now() - TAKEN
    )


def remove(guest: Guest) -> None:
    """Take a number off the list; its place stays taken for a day.

    What is queued for it in campaigns is skipped, while the account is on trial.
    """
    account_id, number = guest.account_id, guest.phone

    def take_off(session: Session) -> None:
        session.refresh(guest, with_for_update=True)
        if guest.removed_at is None:
            guest.removed_at = now()
            guest.confirmed_at, guest.code_hash = None, ""
        account = session.get_one(Account, account_id)
        if account.approved_at is None and not defaults.simulator_only():
            session.flush()
            if number not in trial_numbers.of(session, account_id):
                opt_outs.skip_waiting(session, account_id, [number], trial_numbers.NOT_GUEST)

    opt_outs.alone(account_id, number, take_off)


def gateway_of(guest: Guest) -> int | None:
    """The gateway by which their code goes."""
    return routing.gateway_for(defaults.default_route().id, phone.country_of(guest.phone) or "")


def _is_settled(guest: Guest, moment: datetime) -> bool:
    """Is there nothing to ask: confirmed, or asked a moment ago?"""
    if guest.removed_at is not None:
        return False
    just_asked = guest.sent_at is not None and guest.sent_at > moment - AGAIN
    return guest.confirmed_at is not None or (just_asked and guest.tries < MOST_TRIES)


def _check(session: Session, account: Account, number: str, *, is_new: bool) -> None:
    """Raise Suspended, OwnNumber, Unwilling or Full."""
    if account.status != AccountStatus.ACTIVE:
        raise Suspended
    own = select(User.id).where(User.account_id == account.id, User.phone == number).limit(1)
    if session.scalar(own) is not None:
        raise OwnNumber
    if opt_outs.is_suppressed(account.id, number) or _is_bothered(session, account.id, number):
        raise Unwilling
    if not is_new:
        return
    places = session.scalars(select(Guest).where(Guest.account_id == account.id)).all()
    if len(places) >= settings.trial_guests:
        freed = [guest.removed_at + TAKEN for guest in places if guest.removed_at]
        raise Full(min(freed, default=None))


def _is_bothered(session: Session, account_id: int, number: str) -> bool:
    """Have they refused several accounts, or been asked by several in vain?"""
    stopped = select(func.count(Suppression.id)).where(
        Suppression.phone == number,
        Suppression.source == SuppressionSource.KEYWORD,
        Suppression.created_at > now() - RECENTLY,
    )
    asked = select(func.count(Guest.id)).where(
        Guest.phone == number,
        Guest.account_id != account_id,
        Guest.confirmed_at.is_(None),
        Guest.sent_at > now() - TAKEN,
    )
    with row_security.bypass("people who do not want texts are asked by no account"):
        return session.scalars(stopped).one() >= STOPPED or session.scalars(asked).one() >= ASKED


def _words(account: Account) -> str:
    """The text with the code, in plain letters to stay within one part.

    It names the shop, or the number of the owner if the shop has no name. A sender that is a name
    cannot be answered.
    """
    query = select(User).where(User.account_id == account.id, User.role == Role.OWNER)
    owner = db.session.scalars(query.order_by(User.id).limit(1)).one()
    name = plain_text(account.shop_name).replace("{", "").replace("}", "")[:LONGEST_NAME].strip()
    name = name or owner.phone
    with force_locale(owner.language):
        if defaults.default_route().sender.removeprefix("+").isdecimal():
            return str(
                gettext(
                    "PromoSMS: %(name)s wants to try texts to your phone. If you agree, tell them "
                    "the code {secret}. If not, do nothing, or answer STOP.",
                    name=name,
                )
            )
        return str(
            gettext(
                "PromoSMS: %(name)s wants to try texts to your phone. If you agree, tell them the "
                "code {secret}. If not, do nothing: you get no other text.",
                name=name,
            )
        )


def _row(account_id: int, number: str) -> Select[Guest]:
    return select(Guest).where(Guest.account_id == account_id, Guest.phone == number)


def _taken(moment: datetime) -> ColumnElement[bool]:
    """The guests who take a place."""
    agreed = and_(Guest.removed_at.is_(None), Guest.confirmed_at.is_not(None))
    asked = and_(Guest.removed_at.is_(None), Guest.sent_at > moment - TAKEN)
    return or_(agreed, asked, func.coalesce(Guest.removed_at > moment - TAKEN, False))
