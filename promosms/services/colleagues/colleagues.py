"""Colleagues: who signs in to an account, in which role, and how it ends. An owner always stays.

What a role may do is in services/auth/rights.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import (
    Account,
    ApiKey,
    Conversation,
    Email,
    EmailLink,
    EmailLinkKind,
    FormerColleague,
    Role,
    User,
)
from promosms.services.api import keys
from promosms.services.audit import log as audit_log
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.services.colleagues import emails
from promosms.services.mail.notify import tell_owner, tell_user
from promosms.services.mail.outbox import queue_email

MOST = 50
"""So many people of an account sign in, with those who are invited."""
MOST_ON_TRIAL = 5
"""So many while it is on trial: each may be texted then."""


class LastOwner(Exception):
    """No owner would stay who can sign in."""


class NotAllowed(Exception):
    """The one who acts may not do this, or not any more."""


class Gone(Exception):
    """This person does not sign in to the account any more."""


class KeysUndecided(Exception):
    """The person has made API keys that work, and it was not said what becomes of them."""


@dataclass(frozen=True)
class Change:
    """Who changes what: the account, the person and the one who acts, by their public ids.

    `keep_keys`: True if API keys that the person has made go on working, as keys of the one who
    acts, or of another owner if that is the same person; False if they are revoked; None if nothing
    was said.
    """

    account_id: int
    person: str
    actor: str
    keep_keys: bool | None = None


class _Locked(NamedTuple):
    """Everybody of an account, locked: the person, the one who acts, and the others."""

    person: User
    actor: User
    others: list[User]


def of(account_id: int) -> list[User]:
    """Everybody who signs in to the account: owners first, then by their address."""
    order = list(rights.ROLES)
    people = db.session.scalars(_of(account_id)).all()
    return sorted(people, key=lambda user: (order.index(Role(user.role)), user.email))


def find(account_id: int, public_id: str) -> User | None:
    """Somebody of the account by the public id."""
    return db.session.scalar(_of(account_id).where(User.public_id == public_id))


def number(account_id: int) -> int:
    """How many people sign in to the account."""
    query = select(func.count()).where(User.account_id == account_id)
    return db.session.scalar(query) or 0


def is_last_owner(person: User) -> bool:
    """Would no owner stay who can sign in, without this person?"""
    others = [other for other in of(person.account_id or 0) if other.id != person.id]
    return _is_last(person, others)


def keys_made_by(person: User) -> list[ApiKey]:
    """The API keys that this person has made and that work."""
    working = keys.working_keys(person.account_id or 0)
    return [key for key in working if key.created_by == person.public_id]


def change_role(change: Change, role: Role) -> None:
    """Give somebody another role; from the next click on it is obeyed.

    Raises NotAllowed, Gone, LastOwner, and KeysUndecided if the new role may have no keys.
    """
    if not rights.may(role, Right.LOOK):
        raise ValueError(f"{role} is no role in an account")
    with transaction() as session:
        person, actor, others = _lock(session, change)
        if person.role == role:
            return
        if role != Role.OWNER:
            _require_owner(person, others)
        if not rights.may(role, Right.CONNECT):
            heir = actor if actor is not person else next(filter(_can_own, others))
            _end_keys(session, person, change, heir)
        before, person.role = person.role, role
        if not rights.may(role, Right.ANSWER):
            theirs = update(Conversation).where(Conversation.assignee_id == person.id)
            session.execute(theirs.values(assignee_id=None))
        if not rights.may(role, Right.COLLEAGUES):
            session.execute(delete(EmailLink).where(*_invited_by(person)))
        account = session.get_one(Account, change.account_id)
        audit_log.record(
            change.actor, "colleague.role", account.public_id, f"{before} → {role}: {change.person}"
        )
        if person.id != actor.id:
            by = actor.email
            tell_user(person, lambda: emails.role_changed(role, by))


def remove(change: Change) -> str:
    """End the sign-in of a colleague; returns the e-mail address.

    Raises NotAllowed, Gone, LastOwner and KeysUndecided.
    """
    if change.person == change.actor:
        raise ValueError("who ends the own sign-in leaves")
    with transaction() as session:
        person, actor, others = _lock(session, change)
        _require_owner(person, others)
        _end_keys(session, person, change, actor)
        return _end(session, person, "colleague.remove", actor)


def leave(user: User) -> None:
    """End the own sign-in; API keys that this person has made are revoked. Raises LastOwner."""
    change = Change(user.account_id or 0, user.public_id, user.public_id, keep_keys=False)
    with transaction() as session:
        people = _everybody(session, change.account_id)
        person = people.pop(user.public_id, None)
        if person is None:
            raise Gone
        _require_owner(person, people.values())
        _end_keys(session, person, change, person)
        _end(session, person, "colleague.leave", person)


def lock_inviter(session: Session, user_id: int | None) -> User | None:
    """The one who invites, locked; None if this person may not do so, or not any more."""
    query = select(User).where(User.id == user_id).with_for_update()
    user = session.scalar(query.execution_options(populate_existing=True))
    return user if user is not None and rights.may(user.role, Right.COLLEAGUES) else None


def _lock(session: Session, change: Change) -> _Locked:
    people = _everybody(session, change.account_id)
    actor = people.get(change.actor)
    if actor is None or not rights.may(actor.role, Right.COLLEAGUES):
        raise NotAllowed
    person = people.pop(change.person, None)
    if person is None:
        raise Gone
    return _Locked(person, actor, list(people.values()))


def _everybody(session: Session, account_id: int) -> dict[str, User]:
    """All are locked: of two owners who remove each other, one comes too late."""
    locked = _of(account_id).with_for_update().execution_options(populate_existing=True)
    return {user.public_id: user for user in session.scalars(locked)}


def _of(account_id: int) -> Select[User]:
    return select(User).where(User.account_id == account_id).order_by(User.id)


def _require_owner(person: User, others: Iterable[User]) -> None:
    if _is_last(person, others):
        raise LastOwner


def _is_last(person: User, others: Iterable[User]) -> bool:
    return person.role == Role.OWNER and not any(map(_can_own, others))


def _can_own(user: User) -> bool:
    return user.role == Role.OWNER and user.password_hash is not None


def _end_keys(session: Session, person: User, change: Change, heir: User) -> None:
    made = keys_made_by(person)
    if made and change.keep_keys is None:
        raise KeysUndecided
    for key in made:
        if change.keep_keys:
            key.created_by = heir.public_id
        else:
            keys.revoke(key, change.actor)
    session.flush()


def _invited_by(person: User) -> tuple[ColumnElement[bool], ...]:
    return EmailLink.kind == EmailLinkKind.COLLEAGUE, EmailLink.user_id == person.id


def _end(session: Session, person: User, action: str, actor: User) -> str:
    """Sessions, codes, links and all else that hangs on the user go by their foreign keys."""
    account = session.get_one(Account, person.account_id)
    address, language, role = person.email, person.language, Role(person.role)
    by = "" if actor.id == person.id else actor.email
    former = FormerColleague(account_id=account.id, public_id=person.public_id)
    former.email, former.role = address, role
    session.add(former)
    audit_log.record(actor.public_id, action, account.public_id, f"{role}: {person.public_id}")
    session.flush()
    with row_security.bypass("pages of customers may not delete a user"):
        own = Email.account_id == account.id, Email.recipient == address
        session.execute(delete(Email).where(*own))
        session.execute(delete(EmailLink).where(EmailLink.email == address))
        session.execute(delete(User).where(User.id == person.id))
    session.expunge(person)
    with force_locale(language):
        queue_email(address, *emails.ended(by), account.id)
    tell_owner(account.id, lambda: emails.somebody_left(address, by))
    return address
