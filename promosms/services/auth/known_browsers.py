"""Known browsers: the networks and browsers from which a user has signed in before.

Their wrong tries are counted separately. So nobody who guesses from elsewhere can lock the user
out, and the user gets an e-mail about a sign-in from a new place.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import KnownBrowser, User, now

KEPT = KnownBrowser.retention.limit
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Client:
    """Where a request comes from: the network, shortened, and the kind of browser."""

    network: str = ""
    browser: str = ""


def mark(email: str, client: Client) -> str:
    """What is stored of a client; it can be computed for an address without an account too."""
    return keyed_hash("known browser", email.strip().lower(), client.network, client.browser)


def is_known(email: str, client: Client) -> bool:
    """Has the user with this address signed in from there before?"""
    query = select(KnownBrowser.id).where(
        KnownBrowser.mark == mark(email, client), KnownBrowser.seen_at > now() - KEPT
    )
    return db.session.scalar(query) is not None


def note(user: User, client: Client) -> bool:
    """Remember a sign-in; True if the user should get an e-mail: others are known, but not this."""
    moment = now()
    with transaction() as session:
        query = select(KnownBrowser).where(KnownBrowser.user_id == user.id)
        rows = {row.mark: row for row in session.scalars(query) if row.seen_at > moment - KEPT}
        seen = rows.get(mark(user.email, client))
        if seen is None:
            session.execute(
                delete(KnownBrowser).where(KnownBrowser.mark == mark(user.email, client))
            )
            session.add(KnownBrowser(user_id=user.id, mark=mark(user.email, client)))
        elif moment - seen.seen_at > DAY:
            seen.seen_at = moment
        return bool(rows) and seen is None


def forget(user: User) -> None:
    """Forget all of a user: the address has changed, or a stranger was signed in."""
    with transaction() as session:
        session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user.id))


def forget_old() -> None:
    """Delete those that were not used for 90 days."""
    with transaction() as session:
        statement = delete_rows(KnownBrowser).where(KnownBrowser.seen_at < now() - KEPT)
        session.execute(statement)
