"""Accounts as admins manage them: find, suspend, adjust. Each action leaves an audit entry."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import money
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import Account, AccountStatus, Campaign, Company, Role, User
from promosms.services.audit import log as audit_log
from promosms.services.auth import sessions
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.sms.phone import mask

PAGE = 50


class AlreadyBooked(Exception):
    """An adjustment with this reference was booked before."""


@dataclass(frozen=True)
class Person:
    """A user as admins see one: the number is masked."""

    email: str
    phone: str
    role: str
    account_id: int | None


def accounts(
    search: str = "", before: int | None = None, *, on_trial: bool = False
) -> Page[Account]:
    """Accounts whose public id, e-mail address or company matches the search, the newest first.

    With `on_trial` only those that nobody has approved yet.
    """
    others = Account.public_id != defaults.OPERATOR
    query = select(Account).where(others)
    if search:
        by_email = select(User.account_id).where(
            User.email.contains(search.lower(), autoescape=True), User.account_id.is_not(None)
        )
        by_id = Account.public_id.startswith(search.lower(), autoescape=True)
        by_company = select(Company.account_id).where(
            Company.name.icontains(search, autoescape=True)
        )
        query = query.where(or_(by_id, Account.id.in_(by_email), Account.id.in_(by_company)))
    if on_trial:
        query = query.where(Account.approved_at.is_(None))
    rows = db.session.scalars(select_page(query, Account.id, before, PAGE))
    return page_of(rows, PAGE, lambda account: account.id)


def count_on_trial() -> int:
    """How many active accounts nobody has approved yet; none while there is no trial."""
    if defaults.simulator_only():
        return 0
    query = select(func.count()).where(
        Account.approved_at.is_(None),
        Account.status == AccountStatus.ACTIVE,
        Account.public_id != defaults.OPERATOR,
    )
    return db.session.scalar(query) or 0


def busiest(since: datetime, most: int) -> list[tuple[int, str, int]]:
    """Id, public id and texts of the accounts that have sent most in campaigns launched since."""
    texts = func.sum(
        Campaign.n_sent + Campaign.n_delivered + Campaign.n_undelivered + Campaign.n_expired
    )
    query = (
        select(Account.id, Account.public_id, texts)
        .join(Campaign, Campaign.account_id == Account.id)
        .where(Campaign.launched_at >= since)
        .group_by(Account.id, Account.public_id)
        .having(texts > 0)
        .order_by(texts.desc(), Account.id)
        .limit(most)
    )
    return [(row_id, name, int(number)) for row_id, name, number in db.session.execute(query)]


def account(public_id: str) -> Account | None:
    """An account by its public id."""
    return db.session.scalar(select(Account).where(Account.public_id == public_id))


def people(accounts: list[Account]) -> dict[int, list[Person]]:
    """The users of accounts by account id, owners first."""
    ids = [account.id for account in accounts]
    query = select(User).where(User.account_id.in_(ids)).order_by(User.role != Role.OWNER, User.id)
    by_account: dict[int, list[Person]] = {id: [] for id in ids}
    for user in db.session.scalars(query):
        phone = mask(user.phone) if user.phone else ""
        person = Person(user.email, phone, user.role, user.account_id)
        by_account[user.account_id or 0].append(person)
    return by_account


def suspend(account_id: int, reason: str, actor: str) -> bool:
    """Stop an account from sending; False if it was not active."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account is None or account.status != AccountStatus.ACTIVE:
            return False
        account.status = AccountStatus.SUSPENDED
        account.suspended_reason = reason
        sessions.close_long(account.id)
        audit_log.record(actor, "account.suspend", account.public_id, reason)
        return True


def unsuspend(account_id: int, actor: str) -> bool:
    """Let a suspended account send again; False if it was not suspended."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account is None or account.status != AccountStatus.SUSPENDED:
            return False
        account.status = AccountStatus.ACTIVE
        account.suspended_reason = ""
        audit_log.record(actor, "account.unsuspend", account.public_id)
        return True


def adjust(account_id: int, amount: int, reason: str, actor: str, reference: str) -> None:
    """Correct a balance by an amount in 1/10,000, up or down.

    Raises ledger.InsufficientBalance if the balance would go below zero, AlreadyBooked for a
    reference that was used before.
    """
    try:
        with transaction() as session:
            entry = ledger.adjust(account_id, amount, f"adjust:{reference}", reason, actor)
            subject = session.get_one(Account, entry.account_id).public_id
            audit_log.record(actor, "account.adjust", subject, adjustment_detail(amount, reason))
    except IntegrityError as error:
        raise AlreadyBooked from error


def adjustment_detail(amount: int, reason: str) -> str:
    """An adjustment as the audit log shows it."""
    return f"{money(amount, signed=True)}: {reason}"


def admin_emails() -> dict[str, str]:
    """E-mail addresses of the admins by public id."""
    query = select(User.public_id, User.email).where(User.role == Role.ADMIN)
    return {row.public_id: row.email for row in db.session.execute(query)}


def _locked(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id, with_for_update=True, populate_existing=True)
