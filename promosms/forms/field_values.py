"""What is wrong with a value that is no number, date or birthday, and how one is written."""

from promosms.language import gettext
from promosms.models import FieldType
from promosms.services.recipients import field_values


def value_problem(type_: FieldType, code: str, region: str) -> str:
    """Why a value cannot be taken; `code` is that of Unreadable."""
    if code == "no_such_day":
        return str(gettext("There is no such day. Check day and month."))
    if code == "future":
        return str(gettext("This day is still to come: check the year."))
    if code == "too_old":
        return str(gettext("This day is too long ago: check the year."))
    example, *others = field_values.examples(type_, region)
    if type_ == FieldType.NUMBER:
        return str(gettext("Write a number, such as %(example)s.", example=example))
    if type_ == FieldType.DATE:
        return str(gettext("Write a date, such as %(example)s.", example=example))
    return birthday_hint(example, others[0])


def hint(type_: FieldType, region: str) -> str:
    """How to write a value."""
    example, *others = field_values.examples(type_, region)
    if type_ == FieldType.BIRTHDAY:
        return birthday_hint(example, others[0])
    return str(gettext("Such as %(example)s.", example=example))


def birthday_hint(whole: str, yearless: str) -> str:
    """How to write a birthday."""
    return str(
        gettext(
            "With the year or without it: %(whole)s or %(yearless)s", whole=whole, yearless=yearless
        )
    )


def cell_problem(type_: FieldType, label: str, region: str) -> str:
    """Why a row of an import is refused whose value for this field cannot be read."""
    example, *others = field_values.examples(type_, region)
    if type_ == FieldType.NUMBER:
        return str(
            gettext(
                "%(field)s: this is no number, such as %(example)s.", field=label, example=example
            )
        )
    if type_ == FieldType.DATE:
        return str(
            gettext(
                "%(field)s: this is no date, such as %(example)s.", field=label, example=example
            )
        )
    return str(
        gettext(
            "%(field)s: this is no birthday, such as %(whole)s or %(yearless)s.",
            field=label,
            whole=example,
            yearless=others[0],
        )
    )
