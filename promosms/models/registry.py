"""What a model says of its table beside the columns: what is exported, how long it stays.

Erasure, export, retention and the policy page read it (services/privacy), and row security reads
the rights; tests/meta/test_registry.py asks every model for it. Words are English and marked for
translation; the code that shows them translates them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Table


def N_(sentence: str) -> str:
    """Mark a sentence for translation."""
    return sentence


def NC_(_context: str, sentence: str) -> str:
    """Mark words that are translated in another way in this context."""
    return sentence


# Why a column is left out.
KEY = "it is a key, or what a key is checked with"
MACHINERY = "it says how far the machinery is, and nothing of the account"
OPERATOR = "it names a person of the operator, or a name that a provider has given"
REPEATED = "it repeats what stands in other columns or files"

WORDS: Mapping[str, str] = {
    "public_id": N_("a random name, by which other files refer to it"),
    "list_id": N_("the list, see lists"),
    "import_id": N_("the import that added it, see imports"),
    "campaign_id": N_("the campaign, see campaigns"),
    "top_up_id": N_("the order, see top-ups"),
    "created_at": N_("when it was made"),
    "updated_at": N_("when it was last changed"),
    "finished_at": N_("when it ended"),
    "status": N_("how far it is, or how it ended"),
    "reason": N_("why, as a code or in words"),
    "held": N_("what is set aside for campaigns"),
    "email": N_("e-mail address"),
    "phone": N_("mobile number"),
    "language": N_("language"),
    "confirmed_at": N_("when it was last confirmed"),
    "name": N_("name given to it"),
    "city": N_("city"),
    "country": N_("country, by ISO 3166"),
    "tax_id": N_("tax ID"),
    "note": N_("note"),
    "consent": N_("did they agree to promotions: given or none"),
    "consent_id": N_("the consent, see consents"),
    "encoding": N_("how the letters are written"),
    "text": N_("the text"),
    "parts": N_("how many texts a message counts as"),
    "price": N_("price of a message"),
    "charged": N_("what they have cost"),
    "kind": N_("of what kind it is"),
    "amount": N_("amount"),
    "reference": N_("what names it"),
    "below": N_("below this balance"),
    "currency": N_("currency of the amounts"),
    "net": N_("net amount"),
    "tax": N_("VAT"),
    "gross": N_("gross amount"),
    "rate": N_("VAT rate, in 1/100 of a percent"),
    "tax_case": N_("why it is this rate"),
    "paid_at": N_("when it was paid"),
}
"""What columns mean that have the same name and meaning in several tables."""


@dataclass(frozen=True)
class Export:
    """A table in the export of an account: the name of its file, and what it holds.

    `without` names the columns that are left out, with the reason, and `words` says what the others
    mean, as far as WORDS does not; `id` and `account_id` are never in it. `money` are amounts of
    1/10,000. The rows of a large table are found by way of others: `parent` is the column that
    leads there. `only` picks some of the rows, and `values` shows a column in another way, for an
    account. Columns of other tables that lead here (`referred`) are shown as this table's `shown`.
    """

    file: str
    about: str
    without: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    money: tuple[str, ...] = ()
    parent: str = ""
    only: Callable[[Table], ColumnElement[bool]] | None = None
    values: Mapping[str, Callable[[int], ColumnElement[Any]]] = field(default_factory=dict)
    referred: tuple[str, ...] = ()
    shown: str = "public_id"


@dataclass(frozen=True)
class NotExported:
    """Why a table is not exported; `listed` if the README of the export says so."""

    why: str
    listed: bool = True


NOBODYS = NotExported("Nothing in it belongs to an account.", listed=False)


@dataclass(frozen=True)
class Retention:
    """How long rows stay: until something has happened, and `limit` after that.

    `by` names what deletes them: a rule of services/privacy/retention.py, a job of jobs/nightly.py
    or a function of jobs/sweep.py; empty if nothing does by itself. `what` heads the line of the
    policy page. `setting` is where the time stands when it is not fixed. Rows without an account
    may stay for less. `words` say on the privacy page how long, where the rule does not;
    %(time)s in them is `limit`.
    """

    until: str
    by: str = ""
    limit: timedelta = timedelta.max
    without_account: timedelta = timedelta.max
    setting: str = ""
    what: str = ""
    words: str = ""


class Privilege(StrEnum):
    """What PostgreSQL lets a role do with a table."""

    SELECT = "SELECT"
    INSERT = "INSERT"
    UPDATE = "UPDATE"  # and to lock rows
    DELETE = "DELETE"


Rights = tuple[Privilege, ...]
NO_RIGHTS: Rights = ()
READ: Rights = (Privilege.SELECT,)
ADD: Rights = (Privilege.SELECT, Privilege.INSERT)
ADD_AND_DELETE: Rights = (Privilege.SELECT, Privilege.INSERT, Privilege.DELETE)
ONLY_ADD: Rights = (Privilege.INSERT,)
CHANGE: Rights = (Privilege.SELECT, Privilege.UPDATE)
ADD_AND_CHANGE: Rights = (Privilege.SELECT, Privilege.INSERT, Privilege.UPDATE)
EVERY_RIGHT: Rights = tuple(Privilege)

UNTIL_DELETED = Retention(
    "its owner deletes it, or the account", words=N_("Until you delete it, or the account.")
)
WITH_ACCOUNT = Retention("the account is deleted", words=N_("Until the account is deleted."))
WITH_INSTALLATION = Retention("the installation ends: nothing in it is about a person")
