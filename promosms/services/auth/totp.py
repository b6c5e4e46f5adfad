"""TOTP: codes of an authenticator app (RFC 6238); each works once."""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

import pyotp
import segno
from sqlalchemy import or_, update

from promosms.db.transactions import transaction
from promosms.lib import encryption
from promosms.models import Role, Session, User, now
from promosms.services.auth import emails as auth_emails
from promosms.services.auth import recovery_codes, security_log, sessions, undo_changes
from promosms.services.mail.notify import tell_user
from promosms.settings import settings

PURPOSE, OFFER = "totp", "totp offer"
TOLERANCE = (0, -1, 1)  # a clock may be wrong by one step of 30 seconds
DIGITS = 6
OFFERED = timedelta(minutes=30)


class WrongCode(Exception):
    """The code is not right, or was used before."""


class OfferGone(Exception):
    """The page with the secret was open too long, or belongs to another browser."""


@dataclass(frozen=True)
class Offer:
    """A new secret: in clear for the page, encrypted for its form."""

    secret: str
    encrypted: str
    address: str

    @property
    def groups(self) -> str:
        """The secret in groups of four, to type into an app."""
        return " ".join(self.secret[i : i + 4] for i in range(0, len(self.secret), 4))

    def svg(self) -> str:
        """The QR code as inline SVG."""
        image: str = segno.make_qr(self.address, error="m").svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
        )
        return image


def is_on(user: User) -> bool:
    """Does the user need a code to sign in?"""
    return user.totp_encrypted is not None


def required(user: User) -> bool:
    """Must the user have it? Admins must, unless the settings of a trial say no."""
    return user.role == Role.ADMIN and required_of_admins()


def required_of_admins() -> bool:
    """Must all admins have it? Then a new one can do nothing before it is set up."""
    return settings.production or settings.admin_totp


def offer(session: Session) -> Offer:
    """A new secret for the user of this session. It is stored only after a code has proved it."""
    return _offer(session, pyotp.random_base32())


def offered(session: Session, encrypted: str) -> Offer:
    """The secret that a form brings back; raises OfferGone."""
    text = encryption.decrypt(OFFER, encrypted.encode()) or ""
    secret, _, rest = text.partition(" ")
    session_id, _, created = rest.partition(" ")
    expires = float(created or 0) + OFFERED.total_seconds()
    if session_id != session.public_id or now().timestamp() > expires:
        raise OfferGone
    return Offer(secret, encrypted, _address(session.user, secret))


def switch_on(session: Session, token: str, encrypted: str, code: str) -> list[str]:
    """Store the offered secret; returns the recovery codes, which cannot be shown again.

    Other browsers are signed out. Raises OfferGone and WrongCode.
    """
    secret = offered(session, encrypted).secret
    counter = matching(secret, code, None)
    user, session_id = session.user, session.id
    if counter is None:
        security_log.note("wrong_code", user)
        raise WrongCode
    codes = recovery_codes.new_set()
    with transaction() as database:
        undo = undo_changes.new_link_of_second_step(user)
        # While the codes were hashed, a link that undoes changes may have ended the session.
        if database.get(Session, session_id, populate_existing=True) is None:
            raise OfferGone
        user.totp_encrypted = encryption.encrypt(PURPOSE, secret)
        user.totp_counter, user.totp_on_at, user.totp_off_at = counter, now(), None
        recovery_codes.replace(user, codes)
        sessions.close_others(user, token)
        tell_user(user, lambda: auth_emails.two_factor_on(undo))
        security_log.note("factor_changed", user, "totp_on")
    return [code.text for code in codes]


def switch_off(user: User, token: str = "") -> None:
    """Switch TOTP off, sign other browsers out, and e-mail the user."""
    with transaction():
        undo = undo_changes.new_link_of_second_step(user)
        user.totp_encrypted = user.totp_counter = user.totp_on_at = user.totp_off_at = None
        recovery_codes.replace(user, [])
        sessions.close_others(user, token)
        tell_user(user, lambda: auth_emails.two_factor_off(undo))
        security_log.note("factor_changed", user, "totp_off")


def new_codes(user: User) -> list[str]:
    """Make new recovery codes, void the old ones, and e-mail the user."""
    codes = recovery_codes.new_set()
    with transaction():
        undo = undo_changes.new_link_of_second_step(user)
        recovery_codes.replace(user, codes)
        tell_user(user, lambda: auth_emails.new_recovery_codes(undo))
        security_log.note("factor_changed", user, "recovery_codes")
    return [code.text for code in codes]


def use(user: User, code: str) -> bool:
    """Is it a valid code that was not used before? Then it is used up now."""
    secret = encryption.decrypt(PURPOSE, user.totp_encrypted) if user.totp_encrypted else None
    counter = matching(secret, code, user.totp_counter) if secret else None
    if counter is None:
        return False
    with transaction() as session:
        unused = or_(User.totp_counter.is_(None), User.totp_counter < counter)
        used = session.execute(
            update(User)
            .where(User.id == user.id, unused)
            .values(totp_counter=counter)
            .returning(User.id)
        )
        return used.first() is not None


def matching(secret: str, code: str, last: int | None) -> int | None:
    """The time step of a code, if it is later than the last one that was used."""
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(typed) != DIGITS:
        return None
    clock = pyotp.TOTP(secret)
    present = clock.timecode(now())
    for counter in (present + step for step in TOLERANCE):
        right = compare_digest(clock.generate_otp(counter), typed)
        if right and (last is None or counter > last):
            return counter
    return None


def _offer(session: Session, secret: str) -> Offer:
    text = f"{secret} {session.public_id} {now().timestamp()}"
    encrypted = encryption.encrypt(OFFER, text).decode()
    return Offer(secret, encrypted, _address(session.user, secret))


def _address(user: User, secret: str) -> str:
    address: str = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="PromoSMS")
    return address
