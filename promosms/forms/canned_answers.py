"""The form of a canned answer."""

from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.services.inbox.canned_answers import PLACEHOLDERS
from promosms.sms import personalise, segments

MOST_NAME = 40
MOST_TEXT = 1000
FIELDS = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


class CannedAnswerForm(Form):
    """Its name, and the text with placeholders of the person's details."""

    name = StringField(
        _("Name of the answer"),
        [DataRequired(_("Give the answer a name.")), Length(max=MOST_NAME)],
        filters=[stripped],
        render_kw={"maxlength": MOST_NAME, "autocomplete": "off"},
    )
    text = TextAreaField(
        _("Text"),
        [DataRequired(_("Write the text that shall be put in.")), Length(max=MOST_TEXT)],
        filters=[stripped],
        description=_(
            "%(fields)s become what you know of the person. %(example)s says “there” where no name "
            "is known.",
            fields=FIELDS,
            example="{first_name|there}",
        ),
        render_kw={"maxlength": MOST_TEXT},
    )

    def validate_text(self, field: TextAreaField) -> None:
        """Only what is known of a person can be filled in, and a text is limited."""
        text = field.data or ""
        if names := personalise.unknown(text, PLACEHOLDERS):
            raise ValidationError(
                gettext(
                    "%(name)s cannot be filled in. Use one of these: %(fields)s.",
                    name=f"{{{names[0]}}}",
                    fields=FIELDS,
                )
            )
        if segments.measure(text).parts > segments.MAX_PARTS:
            raise ValidationError(gettext("This is too long for a text. Shorten it."))
