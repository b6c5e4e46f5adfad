"""System texts: what the installation itself texts to a user, before all other traffic."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from promosms.config import setting
from promosms.database import transaction
from promosms.models import Lane, Message
from promosms.services import installation, routing
from promosms.sms import segments
from promosms.sms.phone import country_of

DOTS = "••••-••••-••••-••••"


def queue_system_text(account_id: int, phone: str, text: str, secret: str = "") -> Message:
    """Queue a free text in the system lane.

    `text` names the place of the secret as ``{secret}``. What is stored shows dots there; the
    full body is sealed with the key of the installation until the gateway has taken it.
    """
    body = text.replace("{secret}", secret)
    measure = segments.measure(body)
    route = installation.default_route()
    with transaction() as session:
        message = Message(
            account_id=account_id,
            gateway_id=routing.gateway_for(route.id),
            lane=Lane.SYSTEM,
            phone=phone,
            country=country_of(phone) or "",
            sender=route.sender,
            text=text.replace("{secret}", DOTS),
            sealed=_box().encrypt(body.encode()) if secret else None,
            encoding=measure.encoding,
            parts=measure.parts,
        )
        session.add(message)
        session.flush()
        return message


def unsealed(sealed: bytes) -> str | None:
    """The full body of a sealed text; None when the key of the installation has changed."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    key = hashlib.sha256(b"system texts:" + str(setting("SECRET_KEY")).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
