"""Users and what they choose for themselves and their account."""

from promosms.db.transactions import transaction
from promosms.models import Account, User


def choose_language(user_id: int, language: str) -> None:
    """The language in which the user reads the pages."""
    with transaction() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is not None:
            user.language = language


def choose_place(account_id: int, region: str, timezone: str) -> None:
    """The country of numbers written without a prefix, and the zone in which times are shown."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.region = region
            account.timezone = timezone
