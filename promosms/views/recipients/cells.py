"""The chosen columns of the table of recipients: their heads, and what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from promosms.language import moment
from promosms.models import Account, FieldType, Recipient
from promosms.services.recipients import columns, field_values, fields
from promosms.services.recipients.columns import ADDED, CONSENT, LISTS
from promosms.services.recipients.pages import RecipientPage

LONGEST = 80
"""Of a note so many letters are shown."""
CLEAR = (LISTS, "city", "company", "email", "address", "note")
"""What these are is seen without their names."""
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Columns:
    """The heads of the chosen columns, and what fills them; the consent is a badge at the end."""

    heads: Sequence[tuple[str, str]]
    cells: Callable[[Recipient, RecipientPage], list[Cell]]
    with_consent: bool
    with_company: bool


def of(account: Account) -> Columns:
    """The columns of an account."""
    chosen, labels, types = columns.of(account), columns.labels(account), fields.types(account)
    kinds = {name: "number" if types.get(name) == FieldType.NUMBER else "" for name in chosen}
    in_cells = [name for name in chosen if name != CONSENT]

    def cells(recipient: Recipient, page: RecipientPage) -> list[Cell]:
        return [
            (
                "" if name in CLEAR else labels[name],
                _text(name, recipient, page, types.get(name, FieldType.TEXT)),
                kinds[name],
            )
            for name in in_cells
        ]

    return Columns(
        heads=[(labels[name], kinds[name]) for name in chosen],
        cells=cells,
        with_consent=CONSENT in chosen,
        with_company="company" in chosen,
    )


def _text(name: str, recipient: Recipient, page: RecipientPage, type_: FieldType) -> str:
    if name == LISTS:
        return ", ".join(one.name for one in page.lists[recipient.id])
    if name == ADDED:
        return moment(recipient.created_at, "d MMM y")
    text = field_values.shown(type_, getattr(recipient, name))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
