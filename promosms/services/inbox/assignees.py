"""Assignees: the person of the account who looks after a conversation, or nobody.

A conversation has one or none, and keeps it while it is done: when somebody writes again, it comes
back to the same person. An answer assigns nothing: often it is of who stands nearest, and to look
after somebody is more than that.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Conversation, InboundMessage, User
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.services.inbox import emails
from promosms.services.mail.notify import tell_user


class NoConversation(Exception):
    """Nobody has written from this number, or what they wrote was deleted."""


class CannotAnswer(Exception):
    """There is no such person in the account, or they may not answer."""


class TakenAlready(Exception):
    """Another person looks after it: `email` is their address."""

    def __init__(self, email: str) -> None:
        super().__init__()
        self.email = email


def people_who_answer(account_id: int) -> Sequence[User]:
    """The people of an account who may look after a conversation, by their e-mail addresses."""
    query = select(User).where(User.account_id == account_id, _answers())
    return db.session.scalars(query.order_by(User.email)).all()


def take(account_id: int, phone: str, user: User) -> None:
    """Look after a conversation oneself, if nobody does; again it changes nothing.

    Of two people at the same time the second one is told who has it. Raises NoConversation,
    CannotAnswer, TakenAlready.
    """
    with transaction() as session:
        _person(session, account_id, user.public_id)
        row = _locked(session, account_id, phone)
        if row.assignee_id is None:
            row.assignee_id = user.id
        elif row.assignee_id != user.id:
            raise TakenAlready(session.get_one(User, row.assignee_id).email)


def assign(account_id: int, phone: str, public_id: str, by: User) -> User | None:
    """Have a person look after a conversation, or nobody with an empty `public_id`; returns them.

    Whoever had it before. The person gets one e-mail, unless it was theirs already or they chose it
    themselves. Raises NoConversation, CannotAnswer.
    """
    with transaction() as session:
        # In this order, as a deletion of the person: the other one could be a deadlock.
        person = _person(session, account_id, public_id) if public_id else None
        row = _locked(session, account_id, phone)
        before, row.assignee_id = row.assignee_id, person.id if person else None
        if person is not None and person.id not in (before, by.id):
            reply = session.get_one(InboundMessage, row.last_reply_id)
            tell_user(person, partial(emails.assigned, by.email, reply.public_id))
        return person


def _person(session: Session, account_id: int, public_id: str) -> User:
    """The person, locked, so that they are not deleted meanwhile, and may still answer."""
    query = select(User).where(
        User.account_id == account_id, User.public_id == public_id, _answers()
    )
    person = session.scalars(query.with_for_update(read=True)).one_or_none()
    if person is None:
        raise CannotAnswer
    return person


def _answers() -> ColumnElement[bool]:
    return User.role.in_(rights.roles_with(Right.ANSWER))


def _locked(session: Session, account_id: int, phone: str) -> Conversation:
    query = select(Conversation).where(
        Conversation.account_id == account_id, Conversation.phone == phone
    )
    fresh = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(fresh).one_or_none()
    if row is None:
        raise NoConversation
    return row
