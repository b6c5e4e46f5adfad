"""The form of a wording: the words that people agree to."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from promosms.forms.campaigns.composer import LANGUAGES
from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _
from promosms.models import LONGEST_WORDING


class WordingForm(Form):
    """A wording, new or changed."""

    name = StringField(
        _("Name"),
        [DataRequired(_("Give the words a name.")), Length(max=80)],
        filters=[stripped],
        description=_("For example: Loyalty card. Only you see it."),
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    language = SelectField(_("Language"), choices=LANGUAGES)
    text = TextAreaField(
        _("The words that people agree to"),
        [DataRequired(_("Write the words.")), Length(max=LONGEST_WORDING)],
        filters=[stripped],
        description=_("Exactly as they stand on the card, the form or the page."),
        render_kw={"rows": 5, "maxlength": LONGEST_WORDING},
    )
