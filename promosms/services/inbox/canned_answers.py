"""Canned answers: save, change and delete them, and fill one in for a person."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, CannedAnswer
from promosms.services.recipients import recipients
from promosms.sms import personalise

MOST = 50
"""More than these nobody finds again in a list."""
PLACEHOLDERS = ("first_name", "last_name", "company", "city")


class NameTaken(Exception):
    """The account has saved an answer under this name already."""


class TooMany(Exception):
    """The account has as many answers as it can save."""


def all_of(account_id: int) -> list[CannedAnswer]:
    """The answers of an account by name."""
    query = select(CannedAnswer).where(CannedAnswer.account_id == account_id)
    return list(db.session.scalars(query.order_by(func.lower(CannedAnswer.name))))


def save(account_id: int, name: str, text: str, public_id: str = "") -> None:
    """Save a new answer, or change the one with this public id; raises NameTaken, TooMany."""
    try:
        with transaction() as session:
            # Two at once must not both be the last one.
            session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
            own = CannedAnswer.account_id == account_id
            query = select(CannedAnswer).where(own, CannedAnswer.public_id == public_id)
            answer = session.scalar(query) if public_id else None
            if answer is None:
                number = session.scalar(select(func.count(CannedAnswer.id)).where(own)) or 0
                if number >= MOST:
                    raise TooMany
                answer = CannedAnswer(account_id=account_id)
                session.add(answer)
            answer.name, answer.text = name, text
            session.flush()
    except IntegrityError as error:
        raise NameTaken from error


def delete(answer: CannedAnswer) -> None:
    """Delete an answer."""
    with transaction() as session:
        session.execute(delete_rows(CannedAnswer).where(CannedAnswer.id == answer.id))


def filled_in(account_id: int, public_id: str, phone: str) -> str:
    """The text of an answer for the person with this number; empty if it was deleted."""
    query = select(CannedAnswer.text).where(
        CannedAnswer.account_id == account_id, CannedAnswer.public_id == public_id
    )
    text = db.session.scalar(query) or ""
    recipient = recipients.by_phone(account_id, phone)
    values = {name: getattr(recipient, name, "") for name in PLACEHOLDERS}
    return personalise.compile(text, PLACEHOLDERS).render(values)
