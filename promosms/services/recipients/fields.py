"""The fields of a recipient in the reader's language, made from their columns."""

from promosms.language import gettext, pgettext
from promosms.models import FIELDS, Account

FREE_FIELDS = tuple(each.name for each in FIELDS if each.free)
LENGTHS = {each.name: each.longest for each in FIELDS}


def labels(account: Account) -> dict[str, str]:
    """The names of all fields, the free ones as the account calls them."""
    found = {each.name: gettext(each.label) for each in FIELDS if not each.free}
    for number, name in enumerate(FREE_FIELDS, 1):
        label = account.field_labels.get(name)
        found[name] = label or gettext("Free field %(number)s", number=number)
    return {each.name: found[each.name] for each in FIELDS}


def placeholders(account: Account) -> list[tuple[str, str]]:
    """Label and placeholder of each field, with what stands there for somebody who has none."""
    names = labels(account)
    return [
        (names[each.name], f"{{{each.name}|{gettext(each.instead)}}}")
        if each.instead
        else (names[each.name], f"{{{each.name}}}")
        for each in FIELDS
    ]


def kinds() -> list[str]:
    """What can be known of a recipient beside the number and the free fields, for the policy."""
    in_form = sorted(FIELDS, key=lambda each: not each.first)
    named = (pgettext("You may add", each.kind) for each in in_form if each.kind)
    return list(dict.fromkeys(named))
