"""The cast: the same people in every test."""

from dataclasses import dataclass
from functools import cache

from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, EntryKind, LedgerEntry, Role, User, now
from promosms.services.auth import passwords, sessions
from tests.support.pages import PageClient

PASSWORD = "four quiet words at sea"


@dataclass
class Person:
    """A user who can sign in."""

    app: Flask
    user_id: int
    account_id: int
    account_public_id: str
    email: str

    def browser(self) -> PageClient:
        """A browser in which this person is signed in."""
        client = PageClient(self.app)
        with self.app.app_context():
            user = db.session.get(User, self.user_id)
            assert user is not None
            token = sessions.open_session(user, "Test browser")
        with client.session_transaction(base_url="https://localhost") as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client


@dataclass
class Cast:
    """The people of the tests."""

    owner: Person
    colleague: Person
    viewer: Person
    stranger: Person
    admin: Person


def invite_cast(app: Flask) -> Cast:
    """Create two accounts with 10.00 of credit each, their users, and an admin."""
    with app.app_context():
        owner_account, other_account = _account(), _account()
        people = [
            _user(app, owner_account, "owner@example.com", Role.OWNER, "+48601000101"),
            _user(app, owner_account, "colleague@example.com", Role.MEMBER, "+48601000102"),
            _user(app, owner_account, "viewer@example.com", Role.VIEWER, ""),
            _user(app, other_account, "stranger@example.com", Role.OWNER, "+48601000103"),
            _user(app, None, "admin@example.com", Role.ADMIN, ""),
        ]
        db.session.remove()
    return Cast(*people)


def _account() -> Account:
    with transaction() as session:
        account = Account(region="PL", timezone="Europe/Warsaw", balance=100_000, approved_at=now())
        session.add(account)
        session.flush()
        session.add(
            LedgerEntry(
                account_id=account.id,
                kind=EntryKind.CREDIT,
                amount=100_000,
                reference=f"welcome:{account.public_id}",
            )
        )
    return account


def _user(app: Flask, account: Account | None, email: str, role: Role, phone: str) -> Person:
    with transaction() as session:
        user = User(
            account_id=account.id if account else None,
            role=role,
            email=email,
            phone=phone,
            password_hash=_hashed(PASSWORD),
            must_choose_password=False,
        )
        session.add(user)
        session.flush()
        return Person(
            app,
            user.id,
            account.id if account else 0,
            account.public_id if account else "",
            email,
        )


@cache
def _hashed(password: str) -> str:
    """Cached for all tests, because password hashing is slow by design."""
    return passwords.hash_password(password)
