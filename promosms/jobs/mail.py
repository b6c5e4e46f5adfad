"""The job of the mail worker: sends the e-mails of the outbox, one after the other."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from time import monotonic
from urllib.parse import urlsplit

from promosms import logs
from promosms.extensions import db
from promosms.services.invoices import files as invoice_files
from promosms.services.mail import outbox
from promosms.services.mail.outbox import Claimed
from promosms.services.reply_emails import words
from promosms.settings import settings

log = logs.get(__name__)
SECONDS = 20.0
TIMEOUT = 15.0


def run() -> None:
    """Send e-mails for at most 20 seconds; the tick enqueues a job for the rest."""
    started = monotonic()
    while monotonic() - started < SECONDS:
        email = outbox.claim()
        if email is None:
            return
        _send(email)


def _send(email: Claimed) -> None:
    try:
        if settings.mail_server:
            message = message_of(email)
            db.session.rollback()  # nothing is open while the server is waited for
            _submit(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        given_up = outbox.note_failed(email.id, email.attempts, for_good=_for_good(error))
        event = "mail.given_up" if given_up else "mail.refused"
        log.warning(event, exc_info=error, extra={"count": email.attempts})
    else:
        outbox.note_sent(email.id)


def message_of(email: Claimed) -> EmailMessage:
    """The e-mail in the format of RFC 5322, marked as automatic (RFC 3834).

    The Message-ID is the same for every attempt. A worker that is killed after sending sends the
    e-mail again, and a mailbox can then drop the second copy.
    """
    host = urlsplit(settings.public_url).hostname
    message = EmailMessage()
    message["From"] = settings.mail_sender or settings.operator_email or f"promosms@{host}"
    message["To"] = email.recipient
    message["Subject"] = email.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{email.created_at:%Y%m%d%H%M%S%f}.{email.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    body = words.put_in(email.body, email.recipient, email.account_id, email.of_replies)
    message.set_content(body, cte="quoted-printable")  # every server accepts it
    _attach(message, email)
    return message


def _attach(message: EmailMessage, email: Claimed) -> None:
    attachment = invoice_files.attachment(email.invoice_id) if email.invoice_id else None
    if attachment is not None:
        name, content = attachment
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)


def _submit(message: EmailMessage) -> None:
    with smtplib.SMTP(settings.mail_server, settings.mail_port, timeout=TIMEOUT) as server:
        if settings.mail_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.mail_username:
            server.login(settings.mail_username, settings.mail_password)
        server.send_message(message)


def _for_good(error: Exception) -> bool:
    """Is the failure permanent: a bad address, or a reply code of 500 or above (RFC 5321)?"""
    if isinstance(error, ValueError):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
