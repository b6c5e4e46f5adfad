"""The form of a template."""

from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from promosms.forms.campaigns.composer import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    problem_text,
    single_line,
    tidied,
)
from promosms.forms.campaigns.kind import KindFields
from promosms.language import gettext, number
from promosms.language import lazy_gettext as _
from promosms.models import Account
from promosms.services.campaigns import text_cost
from promosms.services.campaigns.drafts import Draft
from promosms.services.templates.templates import LONGEST_NAME, MOST


class TemplateForm(KindFields):
    """Name, text and kind of a template."""

    name = StringField(
        _("Name of the template"),
        [
            DataRequired(_("Give the template a name.")),
            Length(max=LONGEST_NAME, message=_("Please use at most 60 characters.")),
        ],
        filters=[single_line],
        description=_("Only you see it."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    text = TextAreaField(_("Your text"), filters=[tidied])
    language = SelectField(_("Language of that line"), choices=LANGUAGES)

    def prepare(self, account: Account) -> None:
        """Say whose details can stand in the text."""
        self.account = account

    def show(self, draft: Draft, name: str) -> None:
        """Fill the fields with a draft and a name."""
        self.name.data, self.text.data = name[:LONGEST_NAME].strip(), draft.text
        self.show_kind(draft.kind, opt_out_line=draft.opt_out_line)
        self.language.data = draft.language

    def draft(self) -> Draft:
        """The text, its kind and its line as typed."""
        return Draft(
            text=self.text.data or "",
            kind=self.kind.data,
            opt_out_line=bool(self.opt_out_line.data),
            language=self.language.data or DEFAULT_LANGUAGE,
        )

    def say_taken(self) -> None:
        """The name belongs to another template."""
        self.name.errors = [
            gettext("You already have a template of this name. Choose another name.")
        ]

    def say_too_many(self) -> None:
        """There is no place for one more."""
        self.name.errors = [
            gettext(
                "You have %(most)s templates, as many as there can be. Delete one that you do not "
                "need in another window, then save this one.",
                most=number(MOST),
            )
        ]

    def validate_text(self, field: TextAreaField) -> None:
        """The text must not be empty or too long, and must have known placeholders only."""
        text, line = field.data or "", bool(self.opt_out_line.data)
        language = self.language.data or DEFAULT_LANGUAGE
        if problem := text_cost.problem(text, opt_out_line=line, language=language):
            raise ValidationError(problem_text(problem, text, self.account))
