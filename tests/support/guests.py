"""Guests who have agreed: asked by a text, as in real life."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Guest, Message, Priority
from promosms.services.accounts import guests
from promosms.services.sending import verification_texts


def code_of(phone: str) -> str:
    """The code in the last text to a number."""
    text = sent_text(phone)
    (code,) = [word.strip(".") for word in text.split() if word.strip(".").isdecimal()]
    return code


def sent_text(phone: str) -> str:
    """The last verification text to a number, as its phone shows it."""
    query = select(Message.encrypted_text).where(
        Message.phone == phone, Message.priority == Priority.VERIFICATION
    )
    encrypted = db.session.scalars(query.order_by(Message.id.desc()).limit(1)).one()
    return verification_texts.decrypted_text(encrypted or b"") or ""


def confirmed(account: Account, phone: str) -> Guest:
    """Ask a guest, who tells the code."""
    guest = guests.add(account, phone)
    assert guests.confirm(guest, code_of(guest.phone))
    return guest
