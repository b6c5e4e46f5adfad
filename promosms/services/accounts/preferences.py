"""Preferences: what users choose for themselves and for their account."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.models import Account, User

Move = Callable[[Session, int, ZoneInfo, ZoneInfo], None]
"""Plans something of an account (by its id) anew, from the clocks of one zone to those of another.
Part of a transaction."""


def choose_language(user_id: int, language: str) -> None:
    """Set the language of a user's pages."""
    with transaction() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is not None:
            user.language = language


def choose_zone(admin_id: int, timezone: str) -> None:
    """Set the time zone in which an admin sees all times."""
    with transaction() as session:
        admin = session.get(User, admin_id, with_for_update=True)
        if admin is not None:
            admin.timezone = timezone


def choose_place(
    account_id: int,
    region: str,
    timezone: str,
    shop_name: str,
    *,
    moves: Sequence[Move] = (),
) -> None:
    """Set the country of numbers without a prefix, the time zone, and the name of the shop.

    `moves` move what is planned by the clocks of the account, if these change.
    """
    with transaction() as session:
        account = session.get(Account, account_id, populate_existing=True)
        if account is None:
            return
        if timezone != account.timezone:
            # Before the account is locked: who runs what was planned takes the locks in this order.
            for move in moves:
                move(session, account_id, ZoneInfo(account.timezone), ZoneInfo(timezone))
        session.refresh(account, with_for_update=True)
        account.region = region
        account.timezone = timezone
        account.shop_name = " ".join(shop_name.split())
