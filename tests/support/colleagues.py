"""Colleagues for tests: users of an account, and what was done and written because of them."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Email, Role, User


def add(account_id: int, email: str, role: Role = Role.MEMBER, **values: object) -> User:
    """Somebody more who signs in to the account."""
    with transaction() as session:
        user = User(account_id=account_id, role=role, email=email, password_hash="x")
        for name, value in values.items():
            setattr(user, name, value)
        session.add(user)
    return user


def roles(account_id: int) -> dict[str, str]:
    """Everybody who signs in to the account, with the role."""
    db.session.rollback()
    users = db.session.scalars(select(User).where(User.account_id == account_id))
    return {user.email: user.role for user in users}


def letters() -> dict[str, str]:
    """The last e-mail to each address: its words."""
    rows = db.session.scalars(select(Email).order_by(Email.id))
    return {row.recipient: f"{row.subject}\n{row.body}" for row in rows}


def acts() -> list[tuple[str, str, str, str]]:
    """Every entry of the audit log about colleagues: who, what, in which account, what more."""
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [
        (row.actor, row.action, row.subject, row.detail)
        for row in rows
        if row.action.startswith("colleague.")
    ]
