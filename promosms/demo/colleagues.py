"""Colleagues of the demo account: one who works with it, and one who only looks."""

from datetime import timedelta

from sqlalchemy.orm import Session

from promosms.models import Account, Role, User, now

PEOPLE = (("marek@example.com", Role.MEMBER, 1), ("ksiegowa@example.com", Role.VIEWER, 9))
"""The e-mail address, the role, and before how many days each was last signed in."""


def seed(session: Session, account: Account, password_hash: str) -> None:
    """Let two more people sign in to the account, with the password of its owner."""
    for email, role, days in PEOPLE:
        user = User(account_id=account.id, role=role, email=email, language="pl")
        user.password_hash, user.must_choose_password = password_hash, False
        user.signed_in_at = now() - timedelta(days=days)
        session.add(user)
    session.flush()
