"""Choices about optional cookies: kept as proof, without anything about the user."""

from collections.abc import Collection

from sqlalchemy import delete

from promosms.db.transactions import transaction
from promosms.models import CookieChoice, now

# The choice is valid for six months; its proof is kept for another six months.
KEPT = CookieChoice.retention.limit


def record(
    version: str, accepted: Collection[str], rejected: Collection[str], language: str
) -> str:
    """Store a choice made under this version of the policy; returns its random id."""
    with transaction() as session:
        choice = CookieChoice(
            version=version,
            accepted=" ".join(sorted(accepted)),
            rejected=" ".join(sorted(rejected)),
            language=language,
        )
        session.add(choice)
        session.flush()
        return choice.public_id


def forget_old() -> int:
    """Delete old choices; returns how many there were."""
    with transaction() as session:
        old = delete(CookieChoice).where(CookieChoice.created_at < now() - KEPT)
        return len(session.execute(old.returning(CookieChoice.id)).all())
