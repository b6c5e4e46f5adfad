"""The second step: codes of an authenticator app (TOTP, RFC 6238), each of which works once."""

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
from promosms.services.auth import recovery_codes, sessions
from promosms.services.auth.notify import tell
from promosms.services.installation import defaults
from promosms.settings import settings

PURPOSE, OFFER = "totp", "totp offer"
AROUND = (0, -1, 1)  # steps of 30 seconds that a clock may be wrong by
DIGITS = 6
OFFERED = timedelta(minutes=30)


class WrongCode(Exception):
    """The code is not right, or was used before."""


class OfferGone(Exception):
    """The page with the secret was open too long, or belongs to another browser."""


@dataclass(frozen=True)
class Offer:
    """A secret that the user may take: in clear for the page, sealed for its form."""

    secret: str
    sealed: str
    address: str

    @property
    def groups(self) -> str:
        """The secret in groups of four, to be typed into an app."""
        return " ".join(self.secret[i : i + 4] for i in range(0, len(self.secret), 4))

    def svg(self) -> str:
        """The square for the camera of the phone, as inline SVG."""
        drawn: str = segno.make_qr(self.address, error="m").svg_inline(
            border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
        )
        return drawn


def is_on(user: User) -> bool:
    """Does the user need a second step to sign in?"""
    return user.totp_sealed is not None


def required(user: User) -> bool:
    """Must the user have it? Admins must, except while everything is a trial on the simulator."""
    if user.role != Role.ADMIN:
        return False
    if settings.production:
        return True
    return settings.admin_totp and not defaults.simulator_only()


def offer(session: Session) -> Offer:
    """A fresh secret for the user of this session. Nothing is stored until a code has proved it."""
    return _offer(session, pyotp.random_base32())


def offered(session: Session, sealed: str) -> Offer:
    """The secret that a form brings back; raises OfferGone."""
    text = encryption.unseal(OFFER, sealed.encode()) or ""
    secret, _, rest = text.partition(" ")
    whose, _, made = rest.partition(" ")
    if whose != session.public_id or now().timestamp() > float(made) + OFFERED.total_seconds():
        raise OfferGone
    return Offer(secret, sealed, _address(session.user, secret))


def switch_on(session: Session, token: str, sealed: str, code: str) -> list[str]:
    """Take the offered secret; returns the recovery codes, which nobody can show again.

    Other browsers are signed out. Raises OfferGone and WrongCode.
    """
    secret = offered(session, sealed).secret
    counter = matching(secret, code, None)
    if counter is None:
        raise WrongCode
    codes = recovery_codes.new_set()
    user = session.user
    with transaction():
        user.totp_sealed = encryption.seal(PURPOSE, secret)
        user.totp_counter, user.totp_on_at, user.totp_off_at = counter, now(), None
        recovery_codes.replace(user, codes)
        sessions.close_others(user, token)
        tell(user, auth_emails.two_steps_on)
    return [code.text for code in codes]


def switch_off(user: User, token: str = "") -> None:
    """Let the password be enough again; other browsers are signed out, the user is told."""
    with transaction():
        user.totp_sealed = user.totp_counter = user.totp_on_at = user.totp_off_at = None
        recovery_codes.replace(user, [])
        sessions.close_others(user, token)
        tell(user, auth_emails.two_steps_off)


def new_codes(user: User) -> list[str]:
    """A new set of recovery codes; those from before are void, and the user is told."""
    codes = recovery_codes.new_set()
    with transaction():
        recovery_codes.replace(user, codes)
        tell(user, auth_emails.new_recovery_codes)
    return [code.text for code in codes]


def use(user: User, code: str) -> bool:
    """Is it a right code that was not used before? Then it is used up now."""
    secret = encryption.unseal(PURPOSE, user.totp_sealed) if user.totp_sealed else None
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
    """The time step that a code belongs to, later than the last one that was used."""
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    if len(typed) != DIGITS:
        return None
    clock = pyotp.TOTP(secret)
    present = clock.timecode(now())
    for counter in (present + step for step in AROUND):
        right = compare_digest(clock.generate_otp(counter), typed)
        if right and (last is None or counter > last):
            return counter
    return None


def _offer(session: Session, secret: str) -> Offer:
    text = f"{secret} {session.public_id} {now().timestamp()}"
    sealed = encryption.seal(OFFER, text).decode()
    return Offer(secret, sealed, _address(session.user, secret))


def _address(user: User, secret: str) -> str:
    address: str = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="PromoSMS")
    return address
