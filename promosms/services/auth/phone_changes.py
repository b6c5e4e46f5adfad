"""Changes of the mobile number: a code proves the new one, then a link by e-mail confirms it."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext
from promosms.models import (
    EmailLink,
    EmailLinkKind,
    Message,
    PhoneChange,
    User,
    now,
)
from promosms.services.abuse import sms_pumping
from promosms.services.auth import email_links, passwords, security_log, sessions, undo_changes
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.mail.notify import tell_user
from promosms.services.sending import verification_texts
from promosms.sms.phone import mask

KIND = EmailLinkKind.PHONE
SYMBOLS = 8
MINUTES = 10  # ASVS 6.5.5
MOST_TRIES = 5


def ask(user: User, phone: str, network: str = "", proof: str = "") -> Message:
    """Text a code to the new number; raises TextRefused when no text may go out now.

    `network` and `proof` are those of the browser, see `sms_pumping.why_not`.
    """
    if user.account_id is None:
        raise ValueError("only users of an account have a number")
    code = passwords.normalised("".join(secrets.choice(passwords.SYMBOLS) for _ in range(SYMBOLS)))
    hashed = passwords.hash_password(code)
    with transaction() as session:
        problem = sms_pumping.why_not(phone, network, proof)
        if problem is None:
            _forget(user)
            expires_at = now() + timedelta(minutes=MINUTES)
            change = PhoneChange(user_id=user.id, phone=phone, code_hash=hashed)
            change.expires_at = expires_at
            session.add(change)
            words = wording(user.language)
            return verification_texts.queue_verification_text(user.account_id, phone, words, code)
    raise TextRefused(problem)


def pending(user: User) -> PhoneChange | None:
    """The change whose code may still be typed in."""
    query = select(PhoneChange).where(
        PhoneChange.user_id == user.id,
        PhoneChange.expires_at > now(),
        PhoneChange.tries < MOST_TRIES,
    )
    return db.session.scalar(query)


def prove(user: User, code: str) -> bool:
    """Is it the code of the text? Then the link is e-mailed. A try is counted before the check."""
    with transaction() as session:
        waiting = (
            update(PhoneChange)
            .where(
                PhoneChange.user_id == user.id,
                PhoneChange.expires_at > now(),
                PhoneChange.tries < MOST_TRIES,
            )
            .values(tries=PhoneChange.tries + 1)
            .returning(PhoneChange.phone, PhoneChange.code_hash)
        )
        change = session.execute(waiting).first()
    typed = passwords.normalised(code)
    if not passwords.matches(change.code_hash if change else None, typed) or change is None:
        security_log.note("wrong_code", user)
        return False
    phone: str = change.phone
    sms_pumping.completed(phone)
    with transaction():
        _forget(user)
        link = email_links.new_link(KIND, phone=phone, user=user)
        tell_user(user, lambda: auth_emails.confirm_phone(mask(phone), link))
    return True


def find(token: str) -> EmailLink:
    """The open link to change a number; raises LinkGone, also while the account is deleted."""
    link = email_links.find(KIND, token)
    _living(link.user_id)
    return link


def apply(token: str, keep: str = "") -> Message | None:
    """Use the new number; every session ends except that of the token `keep`.

    Returns the text that tells it to the old number, if one may go out. Raises LinkGone.
    """
    user_id = email_links.find(KIND, token).user_id
    with transaction():
        sms_pumping.lock()
        undo_changes.lock(user_id)
        user = _living(user_id)
        link = email_links.find(KIND, token)
        undo, old = undo_changes.new_link(user), user.phone
        user.phone, user.system_hash, user.system_expires_at = link.phone, None, None
        masked = mask(user.phone)
        _forget(user)
        sessions.close_others(user, keep)
        tell_user(user, lambda: auth_emails.phone_changed(masked, undo))
        security_log.note("factor_changed", user, "phone")
        return _tell_number(user, old) if old != user.phone else None


def forget_expired() -> None:
    """Delete the changes whose code was not typed in in time."""
    with transaction() as session:
        session.execute(delete(PhoneChange).where(PhoneChange.expires_at <= now()))


def wording(language: str) -> str:
    """The text with the code, in plain letters to stay within one part."""
    with force_locale(language):
        words: str = gettext(
            "PromoSMS: {secret} is the code for your new number, valid for %(minutes)s minutes. "
            "We never ask you for it.",
            minutes=MINUTES,
        )
    return words


def notice(language: str) -> str:
    """The text to the old number, in plain letters to stay within one part, and without a link."""
    with force_locale(language):
        words: str = gettext(
            "PromoSMS: this number no longer belongs to your account. If it was not you, take it "
            "back within 7 days with the link in our e-mail."
        )
    return words


def _tell_number(user: User, old: str) -> Message | None:
    if not old or user.account_id is None or sms_pumping.why_no_notice(old) is not None:
        return None
    return verification_texts.queue_verification_text(user.account_id, old, notice(user.language))


def _living(user_id: int | None) -> User:
    user = undo_changes.living(user_id)
    if user.account is None:
        raise LinkGone
    return user


def _forget(user: User) -> None:
    db.session.execute(delete(PhoneChange).where(PhoneChange.user_id == user.id))
    db.session.execute(
        delete(EmailLink).where(EmailLink.user_id == user.id, EmailLink.kind == KIND)
    )
