"""The forms of automatic answers: one of them, when the shop is open, and a text to try."""

from typing import Any

from flask_babel import get_locale
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField, stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import AnswerKind
from promosms.services.automatic_answers import opening_hours
from promosms.services.automatic_answers.answers import Draft
from promosms.services.automatic_answers.opening_hours import DAYS, Hours, Settings
from promosms.sms import personalise, segments, transliterate
from promosms.sms.keywords import BadWord, WordProblem, answer_word

MOST_TEXT, MOST_TRIED = 1000, 500
MOST_DIGITS = 15
CLOCK = ["%H:%M", "%H.%M", "%H:%M:%S"]


def _kinds() -> dict[str, str]:
    return {
        AnswerKind.KEYWORD.value: gettext("When their text begins with a word"),
        AnswerKind.CLOSED.value: gettext("When we are closed, to any other text"),
        AnswerKind.OPEN.value: gettext("When we are open, to any other text"),
    }


class AutomaticAnswerForm(Form):
    """When it leaves, and its text; `agreed` is the price that the page has shown."""

    kind = RadioField(_("When does it leave?"), choices=_kinds, default=AnswerKind.KEYWORD.value)
    keyword = StringField(
        _("The word"),
        [Length(max=40)],
        filters=[stripped],
        description=_(
            "Only for the first choice. One word, such as PRICES. Small letters and accents make "
            "no difference."
        ),
        render_kw={"maxlength": 40, "autocomplete": "off", "autocapitalize": "characters"},
    )
    text = TextAreaField(
        _("Your text"),
        [DataRequired(_("Write the text that goes back.")), Length(max=MOST_TEXT)],
        filters=[stripped],
        render_kw={"maxlength": MOST_TEXT},
    )
    agreed = HiddenField()

    def validate_keyword(self, field: Field) -> None:
        """An answer to a word needs one that has no other meaning."""
        if self.kind.data != AnswerKind.KEYWORD:
            return
        if not field.data:
            raise ValidationError(gettext("Write the word that their text begins with."))
        try:
            answer_word(field.data)
        except BadWord as error:
            raise ValidationError(_wrong_word(error.problem)) from error

    def validate_text(self, field: Field) -> None:
        """It is the same for everybody, and a text is limited."""
        text = field.data or ""
        if names := personalise.unknown(text, ()):
            raise ValidationError(
                gettext(
                    "This text is the same for everybody: %(name)s is not filled in. Write it "
                    "without that.",
                    name=f"{{{names[0]}}}",
                )
            )
        if segments.measure(text).parts > segments.MAX_PARTS:
            raise ValidationError(gettext("This is too long for a text. Shorten it."))

    def make_plain(self) -> None:
        """Replace the characters that make the text dearer."""
        self.text.data = transliterate.plain_text(self.text.data or "")

    def draft(self) -> Draft:
        """What was typed."""
        return Draft(AnswerKind(self.kind.data), self.text.data or "", self.keyword.data or "")

    def agreed_price(self) -> int | None:
        """The price that the page has shown, in 1/10,000."""
        typed = self.agreed.data or ""
        fits = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
        return int(typed) if fits else None


def _wrong_word(problem: WordProblem) -> str:
    """What is wrong with a word, and what to do."""
    if problem is WordProblem.RESERVED:
        return str(
            gettext(
                "This word means, or may mean, to stop, to start or to get help. It has an answer "
                "of its own that nothing may replace. Choose another one."
            )
        )
    if problem is WordProblem.TOO_LONG:
        return str(gettext("Choose a word of at most 20 letters."))
    return str(gettext("Choose one word, of letters and digits."))


class TryForm(Form):
    """A text that somebody may write."""

    tried = StringField(
        _("What somebody may write"),
        [DataRequired(_("Write what somebody may write.")), Length(max=MOST_TRIED)],
        filters=[stripped],
        render_kw={"maxlength": MOST_TRIED, "autocomplete": "off"},
    )


def _clock(label: str) -> TimeField:
    return TimeField(label, [Optional()], format=CLOCK)


class OpeningHoursForm(Form):
    """From when to when the shop is open on each day, its break, and the limit of a day."""

    opens_0, opens_1, opens_2, opens_3 = (_clock(_("Opens at")) for _n in range(4))
    opens_4, opens_5, opens_6 = (_clock(_("Opens at")) for _n in range(3))
    closes_0, closes_1, closes_2, closes_3 = (_clock(_("Closes at")) for _n in range(4))
    closes_4, closes_5, closes_6 = (_clock(_("Closes at")) for _n in range(3))
    pauses_0, pauses_1, pauses_2, pauses_3 = (_clock(_("Break from")) for _n in range(4))
    pauses_4, pauses_5, pauses_6 = (_clock(_("Break from")) for _n in range(3))
    resumes_0, resumes_1, resumes_2, resumes_3 = (_clock(_("Break until")) for _n in range(4))
    resumes_4, resumes_5, resumes_6 = (_clock(_("Break until")) for _n in range(3))
    closed_on_holidays = BooleanField(_("Closed on public holidays"))
    daily_limit = WholeNumberField(
        _("Automatic answers in 24 hours at most"),
        [
            InputRequired(_("Write a whole number.")),
            NumberRange(
                opening_hours.FEWEST_A_DAY,
                opening_hours.MOST_A_DAY,
                _("Choose a number from 1 to 1000."),
            ),
        ],
        description=_("All together. What comes after that waits for you."),
        render_kw={"inputmode": "numeric"},
    )

    def day(self, number: int) -> tuple[Any, Any]:
        """When a day opens and closes, Monday is 0."""
        return self[f"opens_{number}"], self[f"closes_{number}"]

    def pause(self, number: int) -> tuple[Any, Any]:
        """From when to when its break is."""
        return self[f"pauses_{number}"], self[f"resumes_{number}"]

    def days(self) -> list[tuple[str, tuple[Any, Any], tuple[Any, Any]]]:
        """Each day by its name, with its fields and those of its break."""
        names = get_locale().days["stand-alone"]["wide"]
        return [(names[number], self.day(number), self.pause(number)) for number in range(DAYS)]

    def fill(self, settings: Settings) -> None:
        """Show what is stored."""
        self.closed_on_holidays.data = settings.closed_on_holidays
        self.daily_limit.data = settings.daily_limit
        for number, spans in enumerate(settings.hours or ()):
            (opens, closes), pause = self.day(number), self.pause(number)
            fields = (opens, *pause, closes) if len(spans) > 1 else (opens, closes)
            clocks = (clock for span in spans for clock in span)
            for field, clock in zip(fields, clocks, strict=False):
                field.data = clock

    def validate(self, extra_validators: Any = None) -> bool:
        """A day has both times, or none, and so has its break, which lies within them."""
        valid = bool(super().validate(extra_validators))
        both = gettext("Give both times of a day, or none if it is closed.")
        both_of_break = gettext("Give both times of the break, or none.")
        for number in range(DAYS):
            day, pause = self.day(number), self.pause(number)
            _complete(day, both)
            _complete(pause, both_of_break)
            if not any(field.errors for field in (*day, *pause)):
                pause[0].errors = self._problems_of_break(number)
            valid = valid and not any(field.errors for field in (*day, *pause))
        return valid

    def _problems_of_break(self, number: int) -> list[str]:
        """What is wrong with the break of a day whose times are complete."""
        spans = self._hours(number)
        if self.pause(number)[0].data is None or (spans and opening_hours.in_order(spans)):
            return []
        if not spans:
            return [gettext("Give the hours of this day, or no break.")]
        return [gettext("A break lies within the hours of its day, and before midnight.")]

    def settings(self) -> Settings:
        """What was chosen; without any hours nobody has said when the shop is open."""
        hours = [self._hours(number) for number in range(DAYS)]
        limit = self.daily_limit.data or Settings.daily_limit
        known = tuple(hours) if any(hours) else None
        return Settings(known, bool(self.closed_on_holidays.data), limit)

    def _hours(self, number: int) -> Hours:
        (opens, closes), (pauses, resumes) = (
            [field.data for field in pair] for pair in (self.day(number), self.pause(number))
        )
        if opens is None or closes is None:
            return ()
        if pauses is None or resumes is None:
            return ((opens, closes),)
        return (opens, pauses), (resumes, closes)


def _complete(pair: tuple[Any, Any], problem: str) -> None:
    """Of two times both are given, or none: else the missing one says the problem."""
    for field, other in (pair, pair[::-1]):
        if field.data is None and not field.errors and _typed(other):
            field.errors = [problem]


def _typed(field: Field) -> bool:
    return bool(field.raw_data and field.raw_data[0].strip())
