"""Undoing changes of factors: e-mail address, number and second step become what they were.

Each change is told in an e-mail with a link that undoes it, and with it everything that was changed
later. So the owner of an account gets it back from somebody who has changed one after the other.
"""

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AccountStatus,
    EmailLink,
    EmailLinkKind,
    PhoneChange,
    TwoFactorChallenge,
    User,
)
from promosms.services.auth import email_links, factors, known_browsers, security_log, sessions
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.email_links import LinkGone
from promosms.services.mail.notify import tell_user

KIND = EmailLinkKind.UNDO


class AddressTaken(Exception):
    """Another user has the old address by now. Nothing was changed, and the link stays valid."""


def lock(user_id: int | None) -> User:
    """Lock a user; raises LinkGone if there is none, or the account is being deleted.

    A user is locked before links, in this order everywhere: this prevents deadlocks.
    """
    db.session.get(User, user_id or 0, with_for_update=True, populate_existing=True)
    return living(user_id)


def living(user_id: int | None) -> User:
    """The user of a link; raises LinkGone if there is none, or the account is being deleted."""
    user = db.session.get(User, user_id) if user_id else None
    if user is None or (user.account and user.account.status == AccountStatus.DELETING):
        raise LinkGone
    return user


def new_link(user: User) -> str:
    """A link that brings back what the user has now; call it before a change, in its transaction.

    It locks the user.
    """
    db.session.refresh(user, with_for_update=True)
    kept = factors.snapshot(user)
    return email_links.new_link(KIND, user.email, user=user, factors=kept)


def new_link_of_second_step(user: User) -> str:
    """The same before a change of the second step; empty for admins.

    They have no number: with such a link their mailbox alone would open the administration.
    """
    return new_link(user) if user.account_id else ""


def find(token: str) -> EmailLink:
    """The open link; raises LinkGone and AddressTaken."""
    link = email_links.find(KIND, token)
    user = living(link.user_id)
    with row_security.bypass("an address is unique in the whole installation"):
        others = select(User.id).where(User.email == link.email, User.id != user.id)
        taken = db.session.scalar(others) is not None
    if taken:
        raise AddressTaken
    return link


def apply(token: str) -> None:
    """Bring back what there was before the change of this link, and void what came later.

    The password is void, because the attacker knows it; every session ends. Links of earlier
    changes stay: they may be those of the owner, and this one that of the attacker. Raises LinkGone
    and AddressTaken.
    """
    user_id = find(token).user_id
    try:
        with transaction() as session:
            user = lock(user_id)
            link = email_links.find(KIND, token)
            user.email = link.email
            user.password_hash = user.system_hash = user.system_expires_at = None
            factors.restore(user, link)
            session.flush()
            _forget_pending(user, link.id)
            known_browsers.forget(user)
            sessions.close_others(user, "")
            tell_user(user, auth_emails.change_undone)
            security_log.note("factor_changed", user, "undone")
    except IntegrityError as error:  # somebody has just registered with the address
        raise AddressTaken from error


def _forget_pending(user: User, link_id: int) -> None:
    # Links are numbered in the order in which they are made, because their user is locked.
    later = or_(EmailLink.kind != KIND, EmailLink.id >= link_id)
    db.session.execute(delete(EmailLink).where(EmailLink.user_id == user.id, later))
    for model in (PhoneChange, TwoFactorChallenge):
        db.session.execute(delete(model).where(model.user_id == user.id))
