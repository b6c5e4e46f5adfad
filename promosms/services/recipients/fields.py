"""The fields of a recipient in the reader's language, made from their columns."""

from promosms.language import gettext, pgettext
from promosms.lib.folding import fold
from promosms.models import FIELDS, Account, FieldType

FREE_FIELDS = tuple(field.name for field in FIELDS if field.free)
# Names of fields in other programs that head no column.
_ELSEWHERE = {"fname": "first_name", "lname": "last_name", "msisdn": "phone"}
_BY_WORD = (
    {word: field.name for field in FIELDS for word in field.heads.split()}
    | {field.name.replace("_", ""): field.name for field in FIELDS}
    | _ELSEWHERE
)
FIXED_TYPES = {field.name: field.type for field in FIELDS if field.type != FieldType.TEXT}
"""The known fields that are more than text."""
OWN_TYPES = (FieldType.TEXT, FieldType.NUMBER, FieldType.DATE)
"""What a free field can be."""
LENGTHS = {field.name: field.longest for field in FIELDS}


def labels(account: Account) -> dict[str, str]:
    """The names of all fields, the free ones as the account calls them."""
    fixed = {field.name: gettext(field.label) for field in FIELDS if not field.free}
    for number, name in enumerate(FREE_FIELDS, 1):
        label = account.field_labels.get(name)
        fixed[name] = label or gettext("Detail %(number)s", number=number)
    return {field.name: fixed[field.name] for field in FIELDS}


def types(account: Account) -> dict[str, FieldType]:
    """The types of the fields that are more than text."""
    chosen = {name: FieldType(kept) for name, kept in account.field_types.items()}
    own = {name: chosen[name] for name in FREE_FIELDS if name in chosen}
    return {**FIXED_TYPES, **own}


def placeholders(account: Account) -> list[tuple[str, str]]:
    """Label and placeholder of each field, with what stands there for somebody who has none."""
    names = labels(account)
    return [
        (names[field.name], f"{{{field.name}|{gettext(field.instead)}}}")
        if field.instead
        else (names[field.name], f"{{{field.name}}}")
        for field in FIELDS
    ]


def plain_word(text: str) -> str:
    """A word in lower-case ASCII letters and digits only: "Imię klienta" is "imieklienta"."""
    return "".join(char for char in fold(text) if char.isascii() and char.isalnum())


def named(word: str) -> str:
    """The field with this name in any program or language that we know; "" for none."""
    return _BY_WORD.get(plain_word(word), "")


def kinds() -> list[str]:
    """What can be known of a recipient beside the number and the free fields, for the policy."""
    in_form = sorted(FIELDS, key=lambda field: not field.first)
    named = (pgettext("You may add", field.kind) for field in in_form if field.kind)
    return list(dict.fromkeys(named))
