"""Known browsers: who tries from where the user usually is has tries of his own.

So nobody who guesses from elsewhere can keep the user out, and the user is told of a sign-in from
a place that is new.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed
from promosms.models import KnownBrowser, User, now

KEPT = KnownBrowser.retention.limit
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Where:
    """From where somebody comes: the network, shortened, and the kind of browser."""

    network: str = ""
    browser: str = ""


def mark(email: str, where: Where) -> str:
    """What is kept of a place; of an address without account it is worked out as well."""
    return keyed("known browser", email.strip().lower(), where.network, where.browser)


def is_known(email: str, where: Where) -> bool:
    """Has the user of this address signed in from there before?"""
    query = select(KnownBrowser.id).where(
        KnownBrowser.mark == mark(email, where), KnownBrowser.seen_at > now() - KEPT
    )
    return db.session.scalar(query) is not None


def note(user: User, where: Where) -> bool:
    """Remember a sign-in; True if the user should be told: others are known, this one is not."""
    moment = now()
    with transaction() as session:
        rows = select(KnownBrowser).where(KnownBrowser.user_id == user.id)
        known = {row.mark: row for row in session.scalars(rows) if row.seen_at > moment - KEPT}
        seen = known.get(mark(user.email, where))
        if seen is None:
            session.execute(
                delete(KnownBrowser).where(KnownBrowser.mark == mark(user.email, where))
            )
            session.add(KnownBrowser(user_id=user.id, mark=mark(user.email, where)))
        elif moment - seen.seen_at > DAY:
            seen.seen_at = moment
        return bool(known) and seen is None


def forget(user: User) -> None:
    """Nothing is known any more: the address has changed, or somebody else was in."""
    with transaction() as session:
        session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user.id))


def forget_old() -> None:
    """Delete those that were not used for 90 days."""
    with transaction() as session:
        statement = delete(KnownBrowser).where(KnownBrowser.seen_at < now() - KEPT)
        session.execute(statement.execution_options(synchronize_session=False))
