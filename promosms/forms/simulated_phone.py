"""The form of the simulated phone."""

from typing import ClassVar

from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from promosms.forms.form import Form
from promosms.language import lazy_gettext as _


class ReplyForm(Form):
    """A reply from `number` to the sender `to`."""

    words: ClassVar[dict[str, object]] = {"text": _("Write the answer.")}

    number = HiddenField()
    to = HiddenField()
    text = StringField(
        _("Answer as this person"), default="STOP", validators=[DataRequired(), Length(max=1000)]
    )
