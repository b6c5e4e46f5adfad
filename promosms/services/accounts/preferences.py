"""Preferences: what users choose for themselves and for their account."""

from promosms.db.transactions import transaction
from promosms.models import Account, User


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


def choose_place(account_id: int, region: str, timezone: str, shop_name: str) -> None:
    """Set the country of numbers without a prefix, the time zone, and the name of the shop."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.region = region
            account.timezone = timezone
            account.shop_name = " ".join(shop_name.split())
