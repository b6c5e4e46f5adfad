"""Two-factor challenges: after the password a code is needed; five tries, then start again.

Somebody who has lost the app and the recovery codes can ask to remove the second factor. It is
removed 24 hours later, unless the user objects by a link in an e-mail.
"""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, TwoFactorChallenge, User, now
from promosms.services.auth import backoff, email_links, recovery_codes, security_log, totp
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.known_browsers import Client, is_known
from promosms.services.auth.sessions import digest
from promosms.services.mail.notify import tell_user

MOST_TRIES = 5
MINUTES = 10
WAIT = timedelta(hours=24)
USABLE = timedelta(days=7)


class ChallengeGone(Exception):
    """There is no open challenge: too old, or too many tries. Start with the password."""


class NotProved(Exception):
    """Only somebody who signed in with a password sent by text may ask for this."""


def begin(user: User, *, by_text: bool = False) -> str:
    """The password was right; returns the token of the challenge for the cookie."""
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(minutes=MINUTES)
    challenge = TwoFactorChallenge(token_hash=digest(token), user_id=user.id, by_text=by_text)
    challenge.expires_at = expires_at
    with transaction() as session:
        session.add(challenge)
    return token


def find(token: str) -> TwoFactorChallenge:
    """The challenge of a token; raises ChallengeGone."""
    query = select(TwoFactorChallenge).where(
        TwoFactorChallenge.token_hash == digest(token),
        TwoFactorChallenge.expires_at > now(),
        TwoFactorChallenge.tries < MOST_TRIES,
    )
    challenge = db.session.scalar(query)
    if challenge is None or not totp.is_on(challenge.user) or _is_deleting(challenge.user):
        raise ChallengeGone
    return challenge


def verify(token: str, code: str, client: Client) -> User | None:
    """The user, if the code is right; None if it is not; raises ChallengeGone.

    A try is counted before the code is checked.
    """
    user = find(token).user
    if not backoff.attempt(backoff_name(user, client)):
        security_log.note("paused", user, "code")
        return None
    _count(token, user)
    if not use_code(user, code):
        security_log.note("wrong_code", user)
        return None
    security_log.note("code_right", user)
    with transaction():
        finish(token, user, client)
        _cancel_removal(user)
    return user


def use_code(user: User, code: str) -> bool:
    """Is it a code of the app or a recovery code? It works once; an e-mail tells of the latter."""
    if not recovery_codes.could_be_one(code):
        return totp.use(user, code)
    if not recovery_codes.use(user, code):
        return False
    left = recovery_codes.left(user)
    tell_user(user, lambda: auth_emails.recovery_code_used(left))
    return True


def finish(token: str, user: User, client: Client) -> None:
    """Delete the challenge, and forget the wrong codes."""
    backoff.forget(backoff_name(user, client))
    with transaction() as session:
        session.execute(
            delete(TwoFactorChallenge).where(TwoFactorChallenge.token_hash == digest(token))
        )


def request_removal(token: str) -> None:
    """App and codes are lost: in 24 hours the password is enough, unless the user objects.

    Raises ChallengeGone, and NotProved unless e-mail address and number were proved just now.
    """
    challenge = find(token)
    user = challenge.user
    if not challenge.by_text:
        raise NotProved
    with transaction():
        if user.totp_off_at is None or user.totp_off_at + USABLE < now():
            user.totp_off_at = now() + WAIT
            link = email_links.new_link(EmailLinkKind.KEEP, user=user)
            tell_user(user, lambda: auth_emails.two_factor_lost(link))
            security_log.note("removal_asked", user, "totp")


def removal_due(user: User) -> bool:
    """Has the user waited for long enough? A request that is a week old is void."""
    due = user.totp_off_at
    return due is not None and due <= now() < due + USABLE


def remove(token: str, client: Client) -> User | None:
    """Switch the second factor off, if its user has waited long enough; raises ChallengeGone."""
    user = find(token).user
    if not removal_due(user):
        return None
    with transaction():
        totp.switch_off(user)
        finish(token, user, client)
    return user


def cancel_removal(token: str) -> None:
    """The link of the e-mail: the second factor stays on; raises LinkGone."""
    with transaction() as session:
        link = email_links.find(EmailLinkKind.KEEP, token)
        user = session.get_one(User, link.user_id)
        _cancel_removal(user)
        security_log.note("removal_cancelled", user, "totp")
        session.execute(delete(TwoFactorChallenge).where(TwoFactorChallenge.user_id == user.id))


def forget_expired() -> None:
    """Delete the challenges that nobody has answered in time."""
    with transaction() as session:
        session.execute(delete(TwoFactorChallenge).where(TwoFactorChallenge.expires_at <= now()))


def backoff_name(user: User, client: Client) -> str:
    """The name under which wrong codes are counted: separately for each known browser."""
    place = f"{client.network} {client.browser}" if is_known(user.email, client) else ""
    return f"code {user.public_id} {place}"


def _count(token: str, user: User) -> None:
    with transaction() as session:
        tries = session.execute(
            update(TwoFactorChallenge)
            .where(
                TwoFactorChallenge.token_hash == digest(token),
                TwoFactorChallenge.tries < MOST_TRIES,
            )
            .values(tries=TwoFactorChallenge.tries + 1)
            .returning(TwoFactorChallenge.tries)
        ).scalar_one_or_none()
        if tries is None:
            raise ChallengeGone
        if tries == MOST_TRIES:
            tell_user(user, auth_emails.codes_refused)


def _cancel_removal(user: User) -> None:
    user.totp_off_at = None
    db.session.execute(
        delete(EmailLink).where(EmailLink.kind == EmailLinkKind.KEEP, EmailLink.user_id == user.id)
    )


def _is_deleting(user: User) -> bool:
    return user.account is not None and user.account.status == AccountStatus.DELETING
