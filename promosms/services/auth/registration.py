"""Registration: an address is confirmed by e-mail first, then a password is sent by text."""

from babel.core import get_global
from phonenumbers import parse
from phonenumbers.timezone import time_zones_for_number
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, EmailLink, EmailLinkKind, Message, Role, User
from promosms.services.abuse import receivers, sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm
from promosms.services.auth import email_links, one_time_passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.ledger import welcome_credits
from promosms.services.mail import emails as account_emails
from promosms.services.mail.outbox import queue_email
from promosms.services.policies import versions as policy_versions
from promosms.sms.phone import country_of

KIND = EmailLinkKind.REGISTER
OCEANS = ("Atlantic/", "Indian/", "Pacific/")


def user_of(email: str) -> User | None:
    """The user with this e-mail address."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def ask(email: str, phone: str, *, proven: bool = False) -> None:
    """Write to the address of a new registration, whether it has an account or not.

    `proven`: the browser has done the proof of work.
    """
    email = email.strip().lower()
    with transaction():
        if not receivers.may_write(email, proven=proven):
            return
        user = user_of(email)
        if user is None:
            text = account_emails.confirm_registration(email_links.new_link(KIND, email, phone))
        else:
            text = account_emails.already_registered()
        queue_email(email, *text, account_id=user.account_id if user else None)


def confirm(token: str, network: str = "", proof: str = "") -> Message:
    """Open the account of a confirmed address and queue the text with the system password.

    `network` and `proof` are those of the browser, see `sms_pumping.why_not`. Raises LinkGone, and
    TextRefused when no text may go out now: then nothing is changed and the link stays valid.
    """
    email_links.find(KIND, token)
    secret = one_time_passwords.Secret.new()
    try:
        with transaction() as session:
            sms_pumping.lock()
            link = email_links.find(KIND, token)
            problem = sms_pumping.why_not(link.phone, network, proof, ProofForm.CONFIRM)
            if problem is None:
                user = _open_account(session, link)
                _forget_links(session, link.email)
                return one_time_passwords.send(user, secret)
    except IntegrityError as error:  # two links of one address, opened at the same time
        raise LinkGone from error
    raise TextRefused(problem)


def timezone_of(phone: str) -> str:
    """The time zone of a number, else of its country; zones on the mainland come first."""
    of_country = get_global("territory_zones").get(country_of(phone), ())
    zones = [zone for zone in time_zones_for_number(parse(phone)) if zone in of_country]
    return min(zones or of_country, key=lambda zone: zone.startswith(OCEANS), default="UTC")


def _forget_links(session: Session, email: str) -> None:
    session.execute(delete(EmailLink).where(EmailLink.kind == KIND, EmailLink.email == email))


def _open_account(session: Session, link: EmailLink) -> User:
    account = Account(region=country_of(link.phone), timezone=timezone_of(link.phone))
    account.terms_version = (
        policy_versions.latest().name
    )  # it contains the contract of article 28 of the GDPR
    session.add(account)
    session.flush()
    user = User(
        account_id=account.id,
        role=Role.OWNER,
        email=link.email,
        phone=link.phone,
        language=link.language,
    )
    session.add(user)
    session.flush()
    welcome_credits.grant(account, user.phone)
    return user
