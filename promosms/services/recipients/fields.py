"""The fields of a recipient in the reader's language, made from their columns."""

from promosms.language import gettext, pgettext
from promosms.models import FIELDS, Account

FREE_FIELDS = tuple(field.name for field in FIELDS if field.free)
LENGTHS = {field.name: field.longest for field in FIELDS}


def labels(account: Account) -> dict[str, str]:
    """The names of all fields, the free ones as the account calls them."""
    fixed = {field.name: gettext(field.label) for field in FIELDS if not field.free}
    for number, name in enumerate(FREE_FIELDS, 1):
        label = account.field_labels.get(name)
        fixed[name] = label or gettext("Free field %(number)s", number=number)
    return {field.name: fixed[field.name] for field in FIELDS}


def placeholders(account: Account) -> list[tuple[str, str]]:
    """Label and placeholder of each field, with what stands there for somebody who has none."""
    names = labels(account)
    return [
        (names[field.name], f"{{{field.name}|{gettext(field.instead)}}}")
        if field.instead
        else (names[field.name], f"{{{field.name}}}")
        for field in FIELDS
    ]


def kinds() -> list[str]:
    """What can be known of a recipient beside the number and the free fields, for the policy."""
    in_form = sorted(FIELDS, key=lambda field: not field.first)
    named = (pgettext("You may add", field.kind) for field in in_form if field.kind)
    return list(dict.fromkeys(named))
