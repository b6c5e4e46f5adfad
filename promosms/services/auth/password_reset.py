"""Password reset: a link by e-mail first, then a system password by text."""

from sqlalchemy import delete

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, Message, Session, User
from promosms.services.abuse import receivers, sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm
from promosms.services.auth import backoff, email_links, one_time_passwords, passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.auth.registration import user_of
from promosms.services.auth.sign_in import set_password
from promosms.services.mail import emails as account_emails
from promosms.services.mail.notify import tell_user
from promosms.services.mail.outbox import queue_email

KIND = EmailLinkKind.RESET


def ask(email: str, *, proven: bool = False) -> None:
    """Write to the address of a forgotten password, whether it has an account or not.

    `proven`: the browser has done the proof of work.
    """
    email = email.strip().lower()
    with transaction():
        if not receivers.may_write(email, proven=proven):
            return
        user = user_of(email)
        if user is None:
            queue_email(email, *account_emails.no_account())
            return
        link = email_links.new_link(KIND, email, user=user)
        tell_user(user, lambda: account_emails.reset(link))


def user_of_link(token: str) -> User:
    """The user of a link; raises LinkGone."""
    user = db.session.get(User, email_links.find(KIND, token).user_id)
    if user is None or (user.account and user.account.status == AccountStatus.DELETING):
        raise LinkGone
    return user


def send_password(token: str, network: str = "", proof: str = "") -> Message:
    """Text a new system password to the user of a link; raises LinkGone and TextRefused.

    `network` and `proof` are those of the browser, see `sms_pumping.why_not`.
    """
    user_id = user_of_link(token).id
    secret = one_time_passwords.Secret.new()
    with transaction():
        sms_pumping.lock()
        user = _locked_user(user_id, token)
        problem = sms_pumping.why_not(user.phone, network, proof, ProofForm.RESET)
        if problem is None:
            message = one_time_passwords.send(user, secret)
            backoff.forget(f"sign in {user.email}")
            _forget_links(user)
            return message
    raise TextRefused(problem)


def choose(token: str, password: str) -> None:
    """Set the password of a user without a number at once; raises LinkGone."""
    user_id = user_of_link(token).id
    hashed = passwords.hash_password(password)
    with transaction() as session:
        user = _locked_user(user_id, token)
        if user.phone:
            raise LinkGone
        set_password(user, hashed)
        session.execute(delete(Session).where(Session.user_id == user.id))


def _locked_user(user_id: int, token: str) -> User:
    # The user is locked before the link, in this order everywhere: this prevents deadlocks.
    db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    return user_of_link(token)


def _forget_links(user: User) -> None:
    db.session.execute(
        delete(EmailLink).where(EmailLink.kind == KIND, EmailLink.user_id == user.id)
    )
