"""Automatic answers as their owner keeps them: the words, the texts, what one costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.statements import delete_rows, update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AnswerKind, AutomaticAnswer, SignUpForm, now
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.sms import segments
from promosms.sms.keywords import answer_word

MOST = 50
"""More than these nobody keeps in mind."""
MISSED = timedelta(days=7)
"""So long it is said that an answer was not sent."""


class AnswerTaken(Exception):
    """There is an answer to this word, or for this time, already."""


class SignUpWord(Exception):
    """People sign up by this word: a sign-up form has it."""


class TooMany(Exception):
    """The account has as many answers as it can have."""


class NotAgreed(Exception):
    """The price of an answer was not shown, or is higher now. Nothing was saved."""


class NoPrice(Exception):
    """Texts to the account's own country have no price."""


@dataclass(frozen=True)
class Draft:
    """What was typed; `keyword` counts only for an answer to a word."""

    kind: AnswerKind
    text: str
    keyword: str = ""


def all_of(account_id: int) -> Sequence[AutomaticAnswer]:
    """The answers of an account: those to words by their alphabet, then those by the hour."""
    query = select(AutomaticAnswer).where(AutomaticAnswer.account_id == account_id)
    order = (
        AutomaticAnswer.kind != AnswerKind.KEYWORD,
        AutomaticAnswer.keyword,
        AutomaticAnswer.kind,
    )
    return db.session.scalars(query.order_by(*order)).all()


def missed(account_id: int) -> Sequence[AutomaticAnswer]:
    """Those that were not sent lately although they should have been, the last one first."""
    query = select(AutomaticAnswer).where(
        AutomaticAnswer.account_id == account_id, AutomaticAnswer.missed_at > now() - MISSED
    )
    return db.session.scalars(query.order_by(AutomaticAnswer.missed_at.desc())).all()


def part_price(account: Account) -> int | None:
    """What a text of one part costs to the account's own country, in 1/10,000."""
    region = account.region
    return prices.price_list(defaults.default_route().id, account.id, country=region).of(region)


def save(account: Account, draft: Draft, agreed_price: int | None, public_id: str = "") -> None:
    """Save a new answer, or change the one with this public id.

    `agreed_price` (1/10,000) is what the page has shown for one answer at home. Raises BadWord,
    SignUpWord, AnswerTaken, TooMany, NoPrice and NotAgreed.
    """
    each = part_price(account)
    if each is None:
        raise NoPrice
    price = each * segments.measure(draft.text).parts
    if agreed_price is None or price > agreed_price:
        raise NotAgreed
    keyword = answer_word(draft.keyword) if draft.kind == AnswerKind.KEYWORD else ""
    if keyword and signs_up(db.session(), keyword):
        raise SignUpWord
    try:
        with transaction() as session:
            answer = _row(session, account.id, public_id)
            answer.kind, answer.keyword = draft.kind, keyword
            answer.text, answer.agreed_price = draft.text, price
            answer.missed_at, answer.reason = None, ""
            session.add(answer)
            session.flush()
    except IntegrityError as error:
        raise AnswerTaken from error


def _row(session: Session, account_id: int, public_id: str) -> AutomaticAnswer:
    # Two at once must not both be the last one.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    own = AutomaticAnswer.account_id == account_id
    query = select(AutomaticAnswer).where(own, AutomaticAnswer.public_id == public_id)
    answer = session.scalar(query) if public_id else None
    if answer is None:
        if (session.scalar(select(func.count(AutomaticAnswer.id)).where(own)) or 0) >= MOST:
            raise TooMany
        answer = AutomaticAnswer(account_id=account_id)
    return answer


def signs_up(session: Session, keyword: str, account_id: int | None = None) -> bool:
    """Do people sign up by this word, by an open form of the installation or of this account?"""
    query = select(SignUpForm.id).where(
        SignUpForm.keyword == keyword, SignUpForm.closed_at.is_(None)
    )
    if account_id is not None:
        return session.scalar(query.where(SignUpForm.account_id == account_id)) is not None
    with row_security.bypass("a word signs up whoever's form has it"):
        return session.scalar(query.limit(1)) is not None


def delete(answer: AutomaticAnswer) -> None:
    """Delete an answer: nothing more goes back by it."""
    with transaction() as session:
        session.execute(delete_rows(AutomaticAnswer).where(AutomaticAnswer.id == answer.id))


def note_sent(session: Session, answer_id: int) -> None:
    """One more was sent: what was missed before is over."""
    changes = {"n_sent": AutomaticAnswer.n_sent + 1, "missed_at": None, "reason": ""}
    session.execute(
        update_rows(AutomaticAnswer).where(AutomaticAnswer.id == answer_id).values(changes)
    )


def note_missed(session: Session, answer_id: int, reason: str) -> None:
    """One was not sent that should have been: its owner sees why."""
    changes = {"missed_at": now(), "reason": reason}
    session.execute(
        update_rows(AutomaticAnswer).where(AutomaticAnswer.id == answer_id).values(changes)
    )
