"""Second steps: after the password, before anything opens; five tries, then start again."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, TwoFactorChallenge, User, now
from promosms.services.auth import backoff, email_links, recovery_codes, totp
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.known_browsers import Where, is_known
from promosms.services.auth.notify import tell
from promosms.services.auth.sessions import digest

MOST_TRIES = 5
MINUTES = 10
WAIT = timedelta(hours=24)
USABLE = timedelta(days=7)


class StepGone(Exception):
    """There is no second step to take: too old, or too many tries. Start with the password."""


class NotProved(Exception):
    """Only somebody who came with a password by text may ask for this."""


def begin(user: User, *, by_text: bool = False) -> str:
    """The password was right; returns the token of the step for the cookie."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(minutes=MINUTES)
    row = TwoFactorChallenge(token_hash=digest(token), user_id=user.id, by_text=by_text)
    row.expires_at = expires_at
    with transaction() as session:
        session.add(row)
    return token


def find(token: str) -> TwoFactorChallenge:
    """The step of a token; raises StepGone."""
    query = select(TwoFactorChallenge).where(
        TwoFactorChallenge.token_hash == digest(token),
        TwoFactorChallenge.expires_at > now(),
        TwoFactorChallenge.tries < MOST_TRIES,
    )
    found = db.session.scalar(query)
    if found is None or not totp.is_on(found.user) or _leaving(found.user):
        raise StepGone
    return found


def take(token: str, code: str, where: Where) -> User | None:
    """The user, if the code is right; None if it is not; raises StepGone.

    A try is counted before it is known whether it is right.
    """
    user = find(token).user
    if not backoff.attempt(name_of(user, where)):
        return None
    _count(token, user)
    if not use(user, code):
        return None
    with transaction():
        finish(token, user, where)
        _stay_on(user)
    return user


def use(user: User, code: str) -> bool:
    """Is it a code of the app or a recovery code? It is used up, of the latter the user is told."""
    if not recovery_codes.could_be_one(code):
        return totp.use(user, code)
    if not recovery_codes.use(user, code):
        return False
    left = recovery_codes.left(user)
    tell(user, lambda: auth_emails.recovery_code_used(left))
    return True


def finish(token: str, user: User, where: Where) -> None:
    """The step is taken: nothing of it is left."""
    backoff.forget(name_of(user, where))
    with transaction() as session:
        session.execute(
            delete(TwoFactorChallenge).where(TwoFactorChallenge.token_hash == digest(token))
        )


def ask_without(token: str) -> None:
    """App and codes are lost: in 24 hours the password is enough, unless somebody objects.

    Raises StepGone, and NotProved unless e-mail address and number were proved just now.
    """
    step = find(token)
    user = step.user
    if not step.by_text:
        raise NotProved
    with transaction():
        if user.totp_off_at is None or user.totp_off_at + USABLE < now():
            user.totp_off_at = now() + WAIT
            link = email_links.new_link(EmailLinkKind.KEEP, user=user)
            tell(user, lambda: auth_emails.two_steps_lost(link))


def may_leave_out(user: User) -> bool:
    """Has the user waited for long enough? A wish that is a week old is void."""
    due = user.totp_off_at
    return due is not None and due <= now() < due + USABLE


def leave_out(token: str, where: Where) -> User | None:
    """Switch the second step off, if its user has waited for long enough; raises StepGone."""
    user = find(token).user
    if not may_leave_out(user):
        return None
    with transaction():
        totp.switch_off(user)
        finish(token, user, where)
    return user


def keep(token: str) -> None:
    """The link of the e-mail: the second step stays on; raises LinkGone."""
    with transaction() as session:
        link = email_links.find(EmailLinkKind.KEEP, token)
        user = session.get_one(User, link.user_id)
        _stay_on(user)
        session.execute(delete(TwoFactorChallenge).where(TwoFactorChallenge.user_id == user.id))


def forget_expired() -> None:
    """Delete the steps that nobody has taken in time."""
    with transaction() as session:
        session.execute(delete(TwoFactorChallenge).where(TwoFactorChallenge.expires_at <= now()))


def name_of(user: User, where: Where) -> str:
    """Under which name wrong codes are counted: apart for the browsers that are known."""
    place = f"{where.network} {where.browser}" if is_known(user.email, where) else ""
    return f"code {user.public_id} {place}"


def _count(token: str, user: User) -> None:
    with transaction() as session:
        counted = session.execute(
            update(TwoFactorChallenge)
            .where(
                TwoFactorChallenge.token_hash == digest(token),
                TwoFactorChallenge.tries < MOST_TRIES,
            )
            .values(tries=TwoFactorChallenge.tries + 1)
            .returning(TwoFactorChallenge.tries)
        ).scalar_one_or_none()
        if counted is None:
            raise StepGone
        if counted == MOST_TRIES:
            tell(user, auth_emails.codes_refused)


def _stay_on(user: User) -> None:
    user.totp_off_at = None
    db.session.execute(
        delete(EmailLink).where(EmailLink.kind == EmailLinkKind.KEEP, EmailLink.user_id == user.id)
    )


def _leaving(user: User) -> bool:
    return user.account is not None and user.account.status == AccountStatus.DELETING
