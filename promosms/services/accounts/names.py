"""Names of accounts for admins: the company, else the masked e-mail address of the owner."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import Account, Company, Role, User
from promosms.services.auth.email_changes import masked


def of(ids: Collection[int]) -> dict[int, str]:
    """The names of accounts by id."""
    return {row_id: name for row_id, _public_id, name in _rows(Account.id.in_(ids))}


def of_public_ids(public_ids: Collection[str]) -> dict[str, str]:
    """The names of accounts by public id; what is no account's is left out."""
    rows = _rows(Account.public_id.in_(public_ids))
    return {public_id: name for _id, public_id, name in rows}


def name(account: Account) -> str:
    """The name of one account."""
    return of([account.id]).get(account.id, "")


def of_users(public_ids: Collection[str]) -> dict[str, str]:
    """Users by public id: admins by their e-mail address, others by the name of their account."""
    query = select(User.public_id, User.email, User.role, User.account_id)
    users = db.session.execute(query.where(User.public_id.in_(public_ids))).all()
    accounts = of({user.account_id for user in users if user.account_id})
    return {
        user.public_id: user.email if user.role == Role.ADMIN else accounts.get(user.account_id, "")
        for user in users
    }


def places_of_users(public_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Role and account (its public id) of users by public id; admins have no account."""
    query = select(User.public_id, User.role, Account.public_id)
    users = db.session.execute(
        query.join(Account, Account.id == User.account_id).where(User.public_id.in_(public_ids))
    )
    return {public_id: (role, account) for public_id, role, account in users}


def _rows(which: ColumnElement[bool]) -> list[tuple[int, str, str]]:
    owner = (
        select(func.min(User.email))
        .where(User.account_id == Account.id, User.role == Role.OWNER)
        .correlate(Account)
        .scalar_subquery()
    )
    query = select(Account.id, Account.public_id, Company.name, owner).where(which)
    rows = db.session.execute(query.outerjoin(Company, Company.account_id == Account.id))
    return [(row[0], row[1], _name(row[2], row[3])) for row in rows]


def _name(company: str | None, email: str | None) -> str:
    return company or (masked(email) if email else str(_("an account without a company")))
