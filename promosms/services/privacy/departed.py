"""What names an account that leaves, in tables that are not its own, is forgotten.

The audit log says what was done and on which day, and not to whom; e-mails to admins about the
account go, and so does what a nightly job has found in it. Until its last transaction an account
can still be named, so this runs at the beginning of an erasure and at its end.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import Account, AuditEntry, Email, Payment, TopUp, people_of
from promosms.services.audit import log as audit_log
from promosms.services.installation import nightly_jobs
from promosms.services.payments.payments import STRIPE
from promosms.services.privacy import erasure_requests, legal_records

EARLIER = "account.erase"
"""The last entry about an account, with its id, from before entries were emptied."""
BY_USERS = ("account.leave", "account.export", "company.save", "automatic.on", "automatic.off")
"""Actions of users of an account, which name the account."""
OPERATORS = ("system", "server", "stripe")


def forget(session: Session, account: Account) -> None:
    """Forget an account in audit entries, e-mails to admins and findings; safe to repeat."""
    name = account.public_id
    users = session.scalars(people_of(account.id)).all()
    payments = Payment.account_id == account.id
    named = [
        *(AuditEntry.subject.in_([name, *users]), AuditEntry.actor.in_(users)),
        AuditEntry.subject.in_(select(TopUp.public_id).where(TopUp.account_id == account.id)),
        AuditEntry.subject.in_(select(Payment.public_id).where(payments)),
        AuditEntry.subject.in_(select(Payment.reference).where(payments)),
    ]
    audit_log.forget(session, or_(*named), users)
    by_card = select(Payment.reference).where(payments, Payment.provider == STRIPE)
    _forget_words(session, [name, *session.scalars(by_card)])
    nightly_jobs.forget(session, name)


def forget_earlier() -> None:
    """The same for accounts that left when their entries were still kept; safe to repeat."""
    erased = select(AuditEntry.subject).where(AuditEntry.action == EARLIER)
    about = AuditEntry.subject.in_(erased) & (AuditEntry.subject != "")
    with transaction() as session:
        by_users = AuditEntry.action.in_(BY_USERS) & AuditEntry.actor.not_in(OPERATORS)
        actors = session.scalars(select(AuditEntry.actor).where(about, by_users)).all()
        audit_log.forget(session, _by_or_about(actors, about), actors)


def tidy() -> None:
    """The nightly job: forget finished erasures, and what earlier ones have left."""
    erasure_requests.forget_old()
    forget_earlier()
    legal_records.unlink_earlier()


def _by_or_about(actors: Sequence[str], about: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(about, AuditEntry.actor.in_(actors))


def _forget_words(session: Session, names: Sequence[str]) -> None:
    """Delete e-mails to admins that have the account in their words, or a payment by card."""
    no_account = Email.account_id.is_(None)
    for name in names:  # one at a time: thousands of conditions are too many for SQLite
        named = Email.body.contains(name, autoescape=True)
        session.execute(delete(Email).where(no_account, named))
