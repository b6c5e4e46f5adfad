"""The mail worker: sends what waits in the outbox, one e-mail after the other."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from time import monotonic
from urllib.parse import urlsplit

from promosms import logs
from promosms.services.invoices import files as invoice_files
from promosms.services.mail import outbox
from promosms.services.mail.outbox import Claimed
from promosms.settings import settings

log = logs.get(__name__)
SECONDS = 20.0
TIMEOUT = 15.0


def run() -> None:
    """Send e-mails for at most 20 seconds; the tick rings again for what is left."""
    started = monotonic()
    while monotonic() - started < SECONDS:
        email = outbox.claim()
        if email is None:
            return
        _send(email)


def _send(email: Claimed) -> None:
    try:
        if settings.mail_server:
            _hand_over(letter_of(email))
    except (smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("mail.refused", exc_info=error, extra={"count": email.attempts})
        outbox.note_failed(email.id, email.attempts, for_good=_for_good(error))
    else:
        outbox.note_sent(email.id)


def letter_of(email: Claimed) -> EmailMessage:
    """The e-mail as it travels (RFC 5322); marked as automatic (RFC 3834).

    Its id is the same with every try, so that a mailbox can drop one that comes again after a
    worker was killed before it could note that it had left.
    """
    host = urlsplit(settings.public_url).hostname
    letter = EmailMessage()
    letter["From"] = settings.mail_sender or settings.operator_email or f"promosms@{host}"
    letter["To"] = email.recipient
    letter["Subject"] = email.subject
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{email.created_at:%Y%m%d%H%M%S%f}.{email.id}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(email.body, cte="quoted-printable")  # any server takes it
    _attach(letter, email)
    return letter


def _attach(letter: EmailMessage, email: Claimed) -> None:
    found = invoice_files.attachment(email.invoice_id) if email.invoice_id else None
    if found is not None:
        name, content = found
        letter.add_attachment(content, maintype="application", subtype="pdf", filename=name)


def _hand_over(letter: EmailMessage) -> None:
    with smtplib.SMTP(settings.mail_server, settings.mail_port, timeout=TIMEOUT) as server:
        if settings.mail_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.mail_username:
            server.login(settings.mail_username, settings.mail_password)
        server.send_message(letter)


def _for_good(error: Exception) -> bool:
    """Can it never be sent: no address at all, or refused by a code from 500 on (RFC 5321)?"""
    if isinstance(error, ValueError):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
