"""The columns of the table of recipients that an account has chosen, beside name and number."""

from collections.abc import Collection

from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.language import gettext, pgettext
from promosms.models import FIELDS, Account
from promosms.services.recipients import fields

LISTS, ADDED, CONSENT = "lists", "created_at", "consent"
USUAL = (LISTS, CONSENT)
"""Until an account has chosen others."""
MOST = 4
"""More do not fit beside each other."""
_IN_NAME = ("phone", "first_name", "last_name")
NAMES = (
    *(field.name for field in FIELDS if field.name not in _IN_NAME),
    *(LISTS, ADDED, CONSENT),
)
"""What can be a column, in the order of the table."""


def labels(account: Account) -> dict[str, str]:
    """The heads of all columns that can be chosen."""
    own = {
        **fields.labels(account),
        LISTS: gettext("Lists"),
        ADDED: pgettext("a recipient was", "Added"),
        CONSENT: gettext("Promotions"),
    }
    return {name: own[name] for name in NAMES}


def of(account: Account) -> list[str]:
    """The columns of an account, in the order of the table."""
    chosen = USUAL if account.recipient_columns is None else account.recipient_columns
    return [name for name in NAMES if name in chosen][:MOST]


def choose(account: Account, chosen: Collection[str]) -> None:
    """Show these columns from now on, at most `MOST`."""
    kept = [name for name in NAMES if name in chosen][:MOST]
    with transaction() as session:
        changed = update(Account).where(Account.id == account.id)
        session.execute(changed.values(recipient_columns=kept))
