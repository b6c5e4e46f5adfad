"""Registration: an address is confirmed by e-mail first, then a password goes out by text."""

from babel.core import get_global
from phonenumbers import parse
from phonenumbers.timezone import time_zones_for_number
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, EmailLink, EmailLinkKind, Message, Role, User
from promosms.services.abuse import sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm
from promosms.services.auth import email_links, one_time_passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.ledger import ledger
from promosms.services.mail import emails as account_emails
from promosms.services.mail.outbox import queue_email
from promosms.services.policies import versions as policy_versions
from promosms.settings import settings
from promosms.sms.phone import country_of

KIND = EmailLinkKind.REGISTER
OCEANS = ("Atlantic/", "Indian/", "Pacific/")


def user_of(email: str) -> User | None:
    """The user with this e-mail address."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def ask(email: str, phone: str) -> None:
    """Somebody wants an account: write to the address, whether it is known or not."""
    email = email.strip().lower()
    with transaction():
        known = user_of(email)
        if known is None:
            letter = account_emails.confirm_registration(email_links.new_link(KIND, email, phone))
        else:
            letter = account_emails.already_registered()
        queue_email(email, *letter, account_id=known.account_id if known else None)


def confirm(token: str, network: str = "", proof: str = "") -> Message:
    """Make the account of a confirmed address and queue the text with the system password.

    `network` and `proof` are those of the browser, see `pumping.why_not`. Raises LinkGone, and
    TextRefused when no text may go out now: then nothing is changed and the link stays valid.
    """
    email_links.find(KIND, token)
    secret = one_time_passwords.Secret.new()
    try:
        with transaction() as session:
            sms_pumping.take_turn()
            asked = email_links.find(KIND, token)
            problem = sms_pumping.why_not(asked.phone, network, proof, ProofForm.CONFIRM)
            if problem is None:
                user = _open_account(session, asked)
                _forget_links(session, asked.email)
                return one_time_passwords.send(user, secret)
    except IntegrityError as error:  # two links of one address, opened at the same moment
        raise LinkGone from error
    raise TextRefused(problem)


def timezone_of(phone: str) -> str:
    """The zone of a number, else of its country; mainland first where there are several."""
    of_country = get_global("territory_zones").get(country_of(phone), ())
    zones = [zone for zone in time_zones_for_number(parse(phone)) if zone in of_country]
    return min(zones or of_country, key=lambda zone: zone.startswith(OCEANS), default="UTC")


def _forget_links(session: Session, email: str) -> None:
    ours = EmailLink.kind == KIND, EmailLink.email == email
    session.execute(delete(EmailLink).where(*ours))


def _open_account(session: Session, asked: EmailLink) -> User:
    account = Account(region=country_of(asked.phone), timezone=timezone_of(asked.phone))
    account.terms_version = policy_versions.latest().name  # with the contract of article 28 in it
    session.add(account)
    session.flush()
    user = User(
        account_id=account.id,
        role=Role.OWNER,
        email=asked.email,
        phone=asked.phone,
        language=asked.language,
    )
    session.add(user)
    session.flush()
    if settings.welcome_credit:
        ledger.credit(account.id, settings.welcome_credit, f"welcome:{account.public_id}")
    return user
