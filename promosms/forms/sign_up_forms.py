"""The form with which an owner makes or changes a sign-up form."""

from collections.abc import Sequence

from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField, stripped
from promosms.language import force_locale, gettext, money
from promosms.language import lazy_gettext as _
from promosms.models import RecipientList, SignUpForm
from promosms.services.sign_ups import forms
from promosms.services.sign_ups.forms import LANGUAGES, Draft, Words
from promosms.sms.keywords import BadWord, WordProblem, sign_up_word

NAMES = {"en": "English", "pl": "Polski"}
LONGEST_TITLE, LONGEST_LEAD, LONGEST_WORDS = 80, 400, 1500
"""More words than these are not legible at the foot of a poster."""
NEW = "new"
PARTS = ("title", "lead", "wording")


def _title() -> StringField:
    return StringField(
        _("Title"),
        [Length(max=LONGEST_TITLE)],
        filters=[stripped],
        description=_("Large on the poster and on the page. For example: Fresh flowers on Fridays"),
        render_kw={"maxlength": LONGEST_TITLE, "autocomplete": "off"},
    )


def _lead() -> TextAreaField:
    return TextAreaField(
        _("What they get"),
        [Length(max=LONGEST_LEAD)],
        filters=[stripped],
        description=_("One or two sentences: what you text, and how often."),
        render_kw={"rows": 2, "maxlength": LONGEST_LEAD},
    )


def _wording() -> TextAreaField:
    return TextAreaField(
        _("The words that people agree to"),
        [Length(max=LONGEST_WORDS)],
        filters=[stripped],
        description=_("They name who texts, what, and that one can stop. Change them as you need."),
        render_kw={"rows": 4, "maxlength": LONGEST_WORDS},
    )


class SignUpFormForm(Form):
    """Words in one language at least, a list, and limits."""

    first = LANGUAGES[0]
    title_en, lead_en, wording_en = _title(), _lead(), _wording()
    title_pl, lead_pl, wording_pl = _title(), _lead(), _wording()
    list = SelectField(_("The list they get on"))
    new_list = StringField(
        _("Name of the new list"),
        [Length(max=80)],
        filters=[stripped],
        description=_("Only for a new list."),
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    ask_name = BooleanField(
        _("Ask for the first name too"),
        description=_("They may leave it empty."),
    )
    keyword = StringField(
        _("Keyword"),
        [Length(max=40)],
        filters=[stripped],
        render_kw={"maxlength": 40, "autocomplete": "off", "autocapitalize": "characters"},
    )
    daily_limit = WholeNumberField(
        _("Texts a day at most"),
        [
            InputRequired(_("Write a whole number.")),
            NumberRange(forms.FEWEST_A_DAY, forms.MOST_A_DAY, _("Choose a number from 1 to 1000.")),
        ],
        render_kw={"inputmode": "numeric"},
    )

    def prepare(
        self,
        lists: Sequence[RecipientList],
        first: str,
        price: int | None,
        number: str | None,
    ) -> None:
        """Offer the lists, and say what a sign-up costs; `first` is the language of the owner.

        `number` is where people text the keyword, as it is read; without it there is none.
        """
        if number is None:
            del self.keyword
        else:
            self.keyword.description = gettext(
                "If you like: one word, such as PIZZA. Who texts it to %(number)s is on the list "
                "without a code, and gets one text that says so.",
                number=number,
            )
        named = {one.public_id: one.name for one in lists}
        self.offered = {**named, NEW: gettext("A new list")}
        self.list.choices = self.offered
        self.first = first
        self.daily_limit.description = _limit_words(price)

    def begin(self, shop: str, list_id: str) -> None:
        """What a new form begins with: a ready sentence for each language, and a list."""
        for language in LANGUAGES:
            self.of("wording", language).data = ready_words(shop, language)
        self.list.data = list_id or NEW
        self.new_list.data = "" if list_id else gettext("Signed up")
        self.daily_limit.data = Draft.daily_limit

    def fill(self, form: SignUpForm, shop: str) -> None:
        """Show what is stored; a language that is not used yet begins with its ready sentence."""
        for language, words in forms.words_of(form).items():
            for part in PARTS:
                self.of(part, language).data = getattr(words, part)
            if not words.complete:
                self.of("wording", language).data = words.wording or ready_words(shop, language)
        chosen = forms.list_of(form)
        self.list.data = chosen.public_id if chosen else NEW
        self.ask_name.data, self.daily_limit.data = form.ask_name, form.daily_limit
        if self.keyword:
            self.keyword.data = form.keyword

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in the order of the page: that of the owner first."""
        return (self.first, *(each for each in LANGUAGES if each != self.first))

    def of(self, part: str, language: str) -> Field:
        """The field of a part of the words in a language."""
        found: Field = self[f"{part}_{language}"]
        return found

    def used(self, language: str) -> bool:
        """Is there anything to see or to put right in this language?"""
        typed = self.of("title", language).data or self.of("lead", language).data
        return bool(typed) or any(self.of(part, language).errors for part in PARTS)

    def validate(self, extra_validators: object = None) -> bool:
        """One language is complete, none is half, and there is a list."""
        valid = super().validate(extra_validators)
        problems = [self._half(language) for language in LANGUAGES]
        titles = [self.of("title", language).data for language in LANGUAGES]
        if not any(titles) and not self.of("title", self.first).errors:
            problems.append(_say(self.of("title", self.first), gettext("Give the form a title.")))
        if self.list.data == NEW and not self.new_list.data:
            problems.append(_say(self.new_list, gettext("Name the new list.")))
        if self.keyword and self.keyword.data and (wrong := _wrong_keyword(self.keyword.data)):
            problems.append(_say(self.keyword, wrong))
        return valid and not any(problems)

    def _half(self, language: str) -> bool:
        """Is something missing in a language that was begun?"""
        title, lead, wording = (self.of(part, language) for part in PARTS)
        if lead.data and not title.data:
            return _say(title, gettext("Give the form a title."))
        if title.data and not wording.data:
            return _say(wording, gettext("Write the words that people agree to."))
        if title.data and (gap := _gap(language)) in wording.data:
            sentence = gettext("Write the name of your business in place of %(gap)s.", gap=gap)
            return _say(wording, sentence)
        return False

    def taken(self) -> None:
        """Say that the keyword belongs to another form."""
        _say(self.keyword, gettext("Another form has this keyword. Choose another one."))

    def draft(self, list_id: int, keyword: str = "") -> Draft:
        """What was typed. A language without a title is not used.

        Where no keyword can be typed the form keeps its `keyword`.
        """
        words = {
            language: Words(*(self.of(part, language).data or "" for part in PARTS))
            for language in LANGUAGES
            if self.of("title", language).data
        }
        limit = self.daily_limit.data or Draft.daily_limit
        typed = self.keyword.data or "" if self.keyword else keyword
        return Draft(list_id, words, bool(self.ask_name.data), limit, typed)


def ready_words(shop: str, language: str) -> str:
    """A sentence to agree to: who texts, what, by which way, and that one can stop."""
    with force_locale(language):
        return str(
            gettext(
                "I agree that %(shop)s may send me offers and news by text message (SMS) to this "
                "number. I can withdraw my consent at any time.",
                shop=shop or _gap(language),
            )
        )


def _gap(language: str) -> str:
    with force_locale(language):
        return str(gettext("[the name of your business]"))


def _limit_words(price: int | None) -> str:
    if price is None:
        return str(gettext("Each sign-up costs you one text."))
    return str(gettext("Each sign-up costs you one text, about %(price)s.", price=money(price)))


def _wrong_keyword(typed: str) -> str:
    """What is wrong with a keyword, and what to do; empty if nothing is."""
    try:
        sign_up_word(typed)
    except BadWord as error:
        return str(
            {
                WordProblem.NOT_ONE_WORD: gettext("Choose one word of Latin letters and digits."),
                WordProblem.TOO_SHORT: gettext("Choose a word of at least three letters."),
                WordProblem.TOO_LONG: gettext("Choose a word of at most 20 letters."),
                WordProblem.NUMBER: gettext("Choose a word with letters in it."),
                WordProblem.RESERVED: gettext(
                    "This word means, or may mean, to stop or to get help. Choose another one."
                ),
                WordProblem.ANSWER: gettext(
                    "People answer with this word to many questions. Choose another one."
                ),
            }[error.problem]
        )
    return ""


def _say(field: Field, words: str) -> bool:
    field.errors = [*field.errors, words]
    return True
