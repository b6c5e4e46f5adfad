"""What belongs into the export of an account, read from the models: `export` says it of each.

A new table comes last, in the export and in its README.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from promosms.models import WORDS, Export, Model, NotExported, models, table_of

# The order of the files and, after them, of what is not in them.
ORDER = (
    *("account", "users", "sessions", "company", "tax-checks"),
    *("recipients", "lists", "list-recipients", "opt-outs", "guests", "imports", "refused-rows"),
    *("campaigns", "campaign-lists", "messages", "other-messages", "message-counts", "replies"),
    *("ledger", "holds", "campaign_costs", "low-balance-alert", "automatic-top-up"),
    *("top-ups", "payments", "adjustments", "invoices", "audit"),
    *("message_parts", "gateway_inbox", "email_links", "emails", "known_browsers"),
    *("phone_changes", "recovery_codes", "two_factor_challenges", "account_exports"),
)
# Numbers of the database itself; what refers to them is exported as a public id.
NEVER = ("id", "account_id")


@dataclass(frozen=True)
class Part:
    """A table in the export."""

    model: type[Model]
    export: Export

    @property
    def file(self) -> str:
        """What its file is called."""
        return self.export.file

    @property
    def table(self) -> Table:
        """The table."""
        return table_of(self.model)

    @cached_property
    def columns(self) -> list[Column[Any]]:
        """The columns that are exported."""
        return [c for c in self.table.columns if c.name not in (*NEVER, *self.export.without)]

    @cached_property
    def money(self) -> frozenset[str]:
        """The columns that hold amounts."""
        return frozenset(name for export in exports(self.model) for name in export.money)

    @property
    def words(self) -> dict[str, str]:
        """What its columns mean, in English; KeyError if one has no words."""
        meanings = {
            name: meaning
            for export in exports(self.model)
            for name, meaning in export.words.items()
        }
        return {
            c.name: meanings.get(c.name) or c.info.get("words") or WORDS[c.name]
            for c in self.columns
        }

    @property
    def parent(self) -> Table | None:
        """The table by way of which the rows of a large one are found."""
        if not self.export.parent:
            return None
        return next(iter(self.table.c[self.export.parent].foreign_keys)).column.table

    def belongs(self, account_id: int) -> ColumnElement[bool]:
        """The rows of the account, by `account_id` where there is one: it has an index."""
        columns = self.table.columns
        rows = (
            columns["account_id"] == account_id
            if "account_id" in columns
            else self.model.of_account(account_id)
        )
        return rows & self.export.only(self.table) if self.export.only else rows


def exports(model: type[Model]) -> tuple[Export, ...]:
    """The files of a table: none, one, or one for each kind of its rows."""
    if isinstance(model.export, NotExported):
        return ()
    return model.export if isinstance(model.export, tuple) else (model.export,)


@cache
def parts() -> tuple[Part, ...]:
    """The tables in the export, in the order of their files."""
    unsorted = [Part(model, export) for model in models().values() for export in exports(model)]
    return tuple(sorted(unsorted, key=lambda part: _place(part.file)))


@cache
def left_out() -> Mapping[str, str]:
    """Tables with data of an account that are not exported, and why, in English."""
    reasons = {
        name: model.export.why
        for name, model in models().items()
        if isinstance(model.export, NotExported) and model.export.listed
    }
    return {name: reasons[name] for name in sorted(reasons, key=_place)}


@cache
def references() -> Mapping[str, Column[Any]]:
    """What is shown of the row that a column leads to, by the name of the column."""
    return {
        name: part.table.c[part.export.shown] for part in parts() for name in part.export.referred
    }


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
