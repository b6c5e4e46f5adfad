"""Welcome credits: a gift to each number, once, also when its account is deleted meanwhile."""

from datetime import date

from sqlalchemy import delete

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import Account, WelcomeCredit, now
from promosms.services.ledger import ledger
from promosms.settings import settings


def grant(account: Account, phone: str) -> bool:
    """Credit a new account whose owner has this number (E.164); False if the number had it.

    Of two registrations at the same time the second waits for the first. Without a welcome credit
    nothing is noted.
    """
    if not settings.welcome_credit or not _is_first(phone):
        return False
    ledger.credit(account.id, settings.welcome_credit, f"welcome:{account.public_id}")
    return True


def forget_old() -> None:
    """Delete the marks whose time is over."""
    with transaction() as session:
        session.execute(delete(WelcomeCredit).where(WelcomeCredit.granted_on <= _over()))


def _is_first(phone: str) -> bool:
    mark = {"number_hash": keyed_hash("welcome credit", phone)[:20], "granted_on": now().date()}
    statement = upsert.insert(WelcomeCredit).values(mark)
    renewed = statement.on_conflict_do_update(
        index_elements=[WelcomeCredit.number_hash],
        set_={"granted_on": statement.excluded.granted_on},
        where=WelcomeCredit.granted_on <= _over(),
    )
    with transaction() as session:
        return upsert.count(session, renewed) == 1


def _over() -> date:
    """The last day whose marks do not count any more."""
    return (now() - WelcomeCredit.retention.limit).date()
