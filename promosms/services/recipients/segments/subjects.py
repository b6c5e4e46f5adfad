"""What the conditions of an account's segments can be about."""

from promosms.models import Account, FieldType
from promosms.services.recipients import fields
from promosms.services.recipients.segments.conditions import FIELD_KINDS, SUBJECTS, Kind


def of(account: Account) -> dict[str, Kind]:
    """The kind of each subject: the fields of a recipient, and what else is known."""
    types = fields.types(account)
    return {
        **{name: Kind(types.get(name, FieldType.TEXT)) for name in SUBJECTS},
        **{kind.value: kind for kind in Kind if kind not in FIELD_KINDS},
    }
