"""Verification texts: texts of the installation to a user, sent before all others."""

from promosms.db.transactions import transaction
from promosms.lib import encryption
from promosms.models import Message, Priority
from promosms.services.gateways import routing
from promosms.services.installation import defaults
from promosms.sms import segments
from promosms.sms.phone import country_of

PURPOSE = "verification texts"
DOTS = "••••-••••-••••-••••"


def queue_verification_text(account_id: int, phone: str, text: str, secret: str = "") -> Message:
    """Queue a free text with the highest priority.

    `text` names the place of the secret as ``{secret}``. What is stored shows dots there; the
    full body is encrypted with the key of the installation until the gateway has taken it.
    """
    body = text.replace("{secret}", secret)
    measure = segments.measure(body)
    route, country = defaults.default_route(), country_of(phone)
    with transaction() as session:
        message = Message(
            account_id=account_id,
            gateway_id=routing.gateway_for(route.id, country),
            priority=Priority.VERIFICATION,
            phone=phone,
            country=country,
            sender=route.sender,
            text=text.replace("{secret}", DOTS),
            encrypted_text=encryption.encrypt(PURPOSE, body) if secret else None,
            encoding=measure.encoding,
            parts=measure.parts,
        )
        session.add(message)
        session.flush()
        return message


def decrypted_text(encrypted_text: bytes) -> str | None:
    """The full body of an encrypted text; None when the key of the installation has changed."""
    return encryption.decrypt(PURPOSE, encrypted_text)
