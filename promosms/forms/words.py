"""What a form says about a wrong value: our sentences in place of those of WTForms."""

from wtforms import FileField, HiddenField, SelectMultipleField

from promosms.language import gettext, ngettext
from promosms.language import lazy_gettext as _

EMPTY = _("Please fill in this field.")
OTHER = _("This does not look right. Please check it.")
CHOICE = _("Choose one of these.")
DAY = _("Give the day as day, month, year, such as 12.05.2026.")
WHOLE = _("Write a whole number, such as 12.")
FIGURE = _("Write a number, such as 2.50.")
TOO_LONG = "Field cannot be longer than %(max)d character."
SENTENCES = {
    "This field is required.": EMPTY,
    "Invalid input.": OTHER,
    "Invalid email address.": _("This is not an e-mail address. It looks like name@example.com."),
    "Not a valid choice.": CHOICE,
    "Invalid Choice: could not coerce.": CHOICE,
    "Not a valid date value.": DAY,
    "Not a valid datetime value.": _("Give the day and the time, such as 12.05.2026 14:30."),
    "Not a valid time value.": _("Give the time as hours and minutes, such as 14:30."),
    "Not a valid integer value.": WHOLE,
    "Not a valid decimal value.": FIGURE,
    "Not a valid float value.": FIGURE,
    "Number must be at least %(min)s.": _("Write a number that is not below %(min)s."),
    "Number must be at most %(max)s.": _("Write a number that is not above %(max)s."),
    "Number must be between %(min)s and %(max)s.": _("Write a number from %(min)s to %(max)s."),
}
"""Sentences by those of WTForms (`wtforms.pot`); their places in it are kept."""
BY_KIND = {
    SelectMultipleField: _("Choose again: one of these is no longer there."),
    FileField: _("Choose a file."),
    HiddenField: _("This page is out of date. Open it again."),
}
"""Sentences for whatever is wrong with a field of this kind."""


class OwnWords:
    """The translations that a field of WTForms asks for its sentences.

    `sentence` is what the form says of this field. A text that is too long is told by how much.
    """

    def __init__(self, kind: type = object, sentence: object = None) -> None:
        self.sentence = sentence or next(
            (words for base, words in BY_KIND.items() if issubclass(kind, base)), None
        )

    def gettext(self, text: str) -> str:
        """Our sentence in place of this one."""
        if self.sentence is None and text not in SENTENCES:
            return str(OTHER)
        return str(self.sentence or SENTENCES[text])

    def ngettext(self, singular: str, _plural: str, count: int) -> str:
        """Our sentence in place of this one; `count` is the limit of a length."""
        if singular != TOO_LONG or self.sentence is BY_KIND[HiddenField]:
            return self.gettext(singular)
        return str(
            ngettext(
                "Please use at most %(num)s character.",
                "Please use at most %(num)s characters.",
                count,
            )
        )


def headline(count: int) -> str:
    """How many things are wrong with a form; up to nine in words."""
    sentences: dict[int, str] = {
        1: gettext("One thing to put right"),
        2: gettext("Two things to put right"),
        3: gettext("Three things to put right"),
        4: gettext("Four things to put right"),
        5: gettext("Five things to put right"),
        6: gettext("Six things to put right"),
        7: gettext("Seven things to put right"),
        8: gettext("Eight things to put right"),
        9: gettext("Nine things to put right"),
    }
    many: str = ngettext("%(num)s thing to put right", "%(num)s things to put right", count)
    return sentences.get(count, many)
