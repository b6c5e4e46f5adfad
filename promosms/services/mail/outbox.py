"""The outbox: e-mails wait here until the mail worker has sent them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Email, EmailStatus, now
from promosms.settings import settings

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
LEASE = timedelta(minutes=10)
KEPT = Email.retention.limit
KEPT_WITHOUT_ACCOUNT = Email.retention.without_account


@dataclass(frozen=True)
class Claimed:
    """An e-mail that the mail worker is sending, outside of any transaction."""

    id: int
    recipient: str
    subject: str
    body: str
    attempts: int
    created_at: datetime
    invoice_id: int | None = None
    account_id: int | None = None
    of_replies: tuple[int, int] | None = None


def queue_email(
    recipient: str,
    subject: str,
    body: str,
    account_id: int | None = None,
    *,
    invoice_id: int | None = None,
    of_replies: tuple[int, int] | None = None,
) -> None:
    """Put an e-mail into the outbox; the caller wakes the mail worker.

    With `invoice_id` the PDF of that invoice is attached when the e-mail is sent; with `of_replies`
    (after this id, up to that) what is wanted of the words of these replies is put in then.
    """
    email = Email(recipient=recipient, subject=subject, body=body, account_id=account_id)
    email.invoice_id = invoice_id
    email.replies_after, email.replies_to = of_replies or (None, None)
    with transaction() as session:
        session.add(email)


def waiting() -> bool:
    """Is there an e-mail to send now?"""
    return db.session.scalar(select(Email.id).where(_due(now())).limit(1)) is not None


def claim() -> Claimed | None:
    """Claim the next e-mail for this worker.

    An e-mail that a worker has claimed but not finished within ten minutes is claimed again.
    """
    moment = now()
    with transaction() as session:
        oldest = select(Email).where(_due(moment)).order_by(Email.id).limit(1)
        email = session.scalar(oldest.with_for_update(skip_locked=True))
        if email is None:
            return None
        email.status = EmailStatus.SENDING
        email.attempts += 1
        email.next_attempt_at = moment + LEASE
        return Claimed(
            email.id,
            email.recipient,
            email.subject,
            email.body,
            email.attempts,
            email.created_at,
            email.invoice_id,
            email.account_id,
            email.of_replies,
        )


def note_sent(email_id: int) -> None:
    """Delete a sent e-mail; without a mail server keep it for the page that shows it."""
    with transaction() as session:
        if settings.mail_server:
            session.execute(delete(Email).where(Email.id == email_id))
        else:
            _mark(email_id, EmailStatus.SENT)


def note_failed(email_id: int, attempts: int, *, for_good: bool) -> bool:
    """Try a failed e-mail again later, at most five times, or give up: then True."""
    if for_good or attempts > len(WAITS):
        _mark(email_id, EmailStatus.FAILED)
        return True
    _mark(email_id, EmailStatus.QUEUED, now() + WAITS[attempts - 1])
    return False


def forget_old() -> None:
    """Delete old e-mails: after 30 days, or after 2 without an account."""
    old = or_(
        Email.created_at < now() - KEPT,
        and_(Email.account_id.is_(None), Email.created_at < now() - KEPT_WITHOUT_ACCOUNT),
    )
    with transaction() as session:
        session.execute(delete_rows(Email).where(old))


def _due(moment: datetime) -> ColumnElement[bool]:
    unsent = Email.status.in_([EmailStatus.QUEUED, EmailStatus.SENDING])
    return and_(unsent, Email.next_attempt_at <= moment)


def _mark(email_id: int, status: EmailStatus, at: datetime | None = None) -> None:
    changes: dict[str, object] = {"status": status}
    if at is not None:
        changes["next_attempt_at"] = at
    with transaction() as session:
        session.execute(update(Email).where(Email.id == email_id).values(changes))
