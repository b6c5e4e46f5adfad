"""The newest e-mails and texts, for these tests."""

import re

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Email, Message, Priority
from promosms.services.sending.verification_texts import decrypted_text

LINK = re.compile(r"https://localhost:8443(/\S+)")


def last_email(app: Flask) -> Email:
    """The newest e-mail of the outbox."""
    with app.app_context():
        return db.session.scalars(select(Email).order_by(Email.id.desc()).limit(1)).one()


def last_link(app: Flask) -> str:
    """The path of the first link in the newest e-mail."""
    match = LINK.search(last_email(app).body)
    assert match is not None
    return match[1]


def texts(app: Flask) -> list[Message]:
    """The verification texts, oldest first."""
    with app.app_context():
        query = (
            select(Message).where(Message.priority == Priority.VERIFICATION).order_by(Message.id)
        )
        return list(db.session.scalars(query))


def last_password(app: Flask) -> str:
    """The password in the newest text."""
    encrypted_text = texts(app)[-1].encrypted_text
    assert encrypted_text is not None
    with app.app_context():
        body = decrypted_text(encrypted_text)
    assert body is not None
    match = re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}", body)
    assert match is not None, body
    return match[0]
