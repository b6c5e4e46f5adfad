"""Forgotten passwords: a link by e-mail first, then a system password by text."""

from sqlalchemy import delete

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, Message, Session, User
from promosms.services.abuse import sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm
from promosms.services.auth import backoff, email_links, one_time_passwords, passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.auth.registration import user_of
from promosms.services.auth.sign_in import set_password
from promosms.services.mail import emails as account_emails
from promosms.services.mail.outbox import queue_email

KIND = EmailLinkKind.RESET


def ask(email: str) -> None:
    """Somebody has forgotten a password: write to the address, whether it is known or not."""
    email = email.strip().lower()
    with transaction():
        user = user_of(email)
        if user is None:
            queue_email(email, *account_emails.no_account())
            return
        link = email_links.new_link(KIND, email, user=user)
        with force_locale(user.language):
            queue_email(email, *account_emails.reset(link), account_id=user.account_id)


def person(token: str) -> User:
    """The user of a link; raises LinkGone."""
    user = db.session.get(User, email_links.find(KIND, token).user_id)
    if user is None or (user.account and user.account.status == AccountStatus.DELETING):
        raise LinkGone
    return user


def send_password(token: str, network: str = "", proof: str = "") -> Message:
    """Text a new system password to the user of a link; raises LinkGone and TextRefused.

    `network` and `proof` are those of the browser, see `pumping.why_not`.
    """
    user_id = person(token).id
    secret = one_time_passwords.Secret.new()
    with transaction():
        sms_pumping.take_turn()
        user = _locked_person(user_id, token)
        problem = sms_pumping.why_not(user.phone, network, proof, ProofForm.RESET)
        if problem is None:
            message = one_time_passwords.send(user, secret)
            backoff.forget(f"sign in {user.email}")
            _forget_links(user)
            return message
    raise TextRefused(problem)


def choose(token: str, password: str) -> None:
    """Let a user without a number choose the password at once; raises LinkGone."""
    user_id = person(token).id
    hashed = passwords.hash_password(password)
    with transaction() as session:
        user = _locked_person(user_id, token)
        if user.phone:
            raise LinkGone
        set_password(user, hashed)
        session.execute(delete(Session).where(Session.user_id == user.id))


def _locked_person(user_id: int, token: str) -> User:
    # The user before the link, in this order everywhere, so that nobody waits in a circle.
    db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    return person(token)


def _forget_links(user: User) -> None:
    db.session.execute(
        delete(EmailLink).where(EmailLink.kind == KIND, EmailLink.user_id == user.id)
    )
