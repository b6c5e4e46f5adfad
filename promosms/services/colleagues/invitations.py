"""Invitations of colleagues: a link by e-mail, for this address and for a role.

An invitation goes with the one who has sent it: if this person may not invite any more, nobody
joins by it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import current_language, force_locale
from promosms.models import Account, AccountStatus, EmailLink, EmailLinkKind, Role, User, now
from promosms.services.abuse import receivers
from promosms.services.accounts import trial
from promosms.services.audit import log as audit_log
from promosms.services.auth import email_links, passwords, rights
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.registration import user_of
from promosms.services.auth.rights import Right
from promosms.services.colleagues import colleagues, emails
from promosms.services.colleagues.colleagues import NotAllowed
from promosms.services.mail.notify import tell_owner, tell_user
from promosms.services.mail.outbox import queue_email

KIND = EmailLinkKind.COLLEAGUE
JUST_NOW = timedelta(minutes=1)


class AlreadyHere(Exception):
    """Somebody with this e-mail address signs in to the account."""


class TooMany(Exception):
    """So many people have a sign-in or an invitation as an account may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class EmailTaken(Exception):
    """A user with this e-mail address exists."""


def invite(email: str, role: Role, inviter_id: int) -> None:
    """Send an invitation by e-mail; an older one to this address becomes void.

    The same one within a minute is a second click: the first one counts.
    Whether somebody with this address signs in to another account the inviter does not learn.
    Raises NotAllowed, AlreadyHere and TooMany. The caller wakes the mail worker.
    """
    if not rights.may(role, Right.LOOK):
        raise ValueError(f"{role} is no role in an account")
    address = email.strip().lower()
    with transaction() as session:
        # It takes a lock that comes before those of users, and its refusal must not show.
        writes = receivers.may_write(address, proven=True)
        inviter = colleagues.lock_inviter(session, inviter_id)
        if inviter is None or inviter.account is None:
            raise NotAllowed
        # Two owners at once would each see fewer people than there may be.
        account = session.get_one(Account, inviter.account_id, with_for_update=True)
        if _is_here(account.id, address):
            raise AlreadyHere
        if _was_just_sent(account.id, address, role) or (
            not writes and _waits(account.id, address)
        ):
            return
        session.execute(delete(EmailLink).where(*_to(account.id, address)))
        _check_room(account)
        link = email_links.new_link(KIND, address, user=inviter, role=role)
        if writes:
            _write(address, link, role, inviter)
        audit_log.record(inviter.public_id, "colleague.invite", account.public_id, role)


def withdraw(account_id: int, email: str, actor: User) -> bool:
    """Make the invitation to an address void; False if there is none."""
    with transaction() as session:
        gone = session.execute(
            delete(EmailLink).where(*_to(account_id, email.strip().lower())).returning(EmailLink.id)
        ).all()
        if gone:
            account = session.get_one(Account, account_id)
            audit_log.record(actor.public_id, "colleague.uninvite", account.public_id)
        return bool(gone)


def waiting(account_id: int) -> Sequence[EmailLink]:
    """The invitations to the account that can be used, the oldest first."""
    query = select(EmailLink).where(*_open(account_id))
    return db.session.scalars(query.order_by(EmailLink.id)).all()


def find(token: str) -> EmailLink:
    """An invitation that can be used; raises LinkGone."""
    invitation = email_links.find(KIND, token)
    inviter = db.session.get(User, invitation.user_id)
    if inviter is None or not _can_invite(inviter):
        raise LinkGone
    return invitation


def join(token: str, password: str) -> User:
    """Create the sign-in of somebody who is invited; raises LinkGone and EmailTaken."""
    inviter_id = find(token).user_id
    hashed = passwords.hash_password(password)
    try:
        with transaction() as session:
            # The user is locked before the link, in this order everywhere: no deadlocks.
            inviter = colleagues.lock_inviter(session, inviter_id)
            invitation = find(token)
            if inviter is None or inviter.account is None:
                raise LinkGone
            user = _new(invitation, inviter.account, hashed)
            session.execute(delete(EmailLink).where(*_to(inviter.account.id, invitation.email)))
            session.add(user)
            session.flush()
            subject = inviter.account.public_id
            audit_log.record(user.public_id, "colleague.join", subject, invitation.role)
            address, role = user.email, Role(user.role)
            tell_owner(inviter.account.id, lambda: emails.joined(address, role))
            return user
    except IntegrityError as error:
        raise EmailTaken from error


def most(account: Account) -> int:
    """How many people may sign in to the account."""
    return colleagues.MOST_ON_TRIAL if trial.on_trial(account) else colleagues.MOST


def _new(invitation: EmailLink, account: Account, hashed: str) -> User:
    return User(
        account_id=account.id,
        role=Role(invitation.role),
        email=invitation.email,
        language=current_language(),
        password_hash=hashed,
        must_choose_password=False,
    )


def _write(address: str, link: str, role: Role, inviter: User) -> None:
    with row_security.bypass("an address is unique in the whole installation"):
        owner = user_of(address)
        if owner is not None:
            tell_user(owner, lambda: emails.invited_elsewhere(link, inviter.email))
            return
    with force_locale(inviter.language):
        queue_email(address, *emails.invited(link, role, inviter.email), inviter.account_id)


def _can_invite(user: User) -> bool:
    account = user.account
    active = account is not None and account.status != AccountStatus.DELETING
    return active and rights.may(user.role, Right.COLLEAGUES)


def _check_room(account: Account) -> None:
    invited = select(func.count()).where(*_open(account.id))
    people = colleagues.number(account.id) + (db.session.scalar(invited) or 0)
    if people >= most(account):
        raise TooMany(most(account))


def _is_here(account_id: int, address: str) -> bool:
    query = select(User.id).where(User.account_id == account_id, User.email == address)
    return db.session.scalar(query) is not None


def _was_just_sent(account_id: int, address: str, role: Role) -> bool:
    """Was the same button pressed twice? A second link would make that of the first e-mail void."""
    recent = EmailLink.role == role, EmailLink.created_at > now() - JUST_NOW
    query = select(EmailLink.id).where(*_to(account_id, address), *recent)
    return db.session.scalar(query) is not None


def _waits(account_id: int, address: str) -> bool:
    query = select(EmailLink.id).where(*_open(account_id), EmailLink.email == address)
    return db.session.scalar(query) is not None


def _open(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return *_of(account_id), EmailLink.expires_at > now()


def _to(account_id: int, address: str) -> tuple[ColumnElement[bool], ...]:
    return *_of(account_id), EmailLink.email == address


def _of(account_id: int) -> tuple[ColumnElement[bool], ...]:
    people = select(User.id).where(User.account_id == account_id)
    return EmailLink.kind == KIND, EmailLink.user_id.in_(people)
