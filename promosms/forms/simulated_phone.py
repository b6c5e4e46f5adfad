"""The form of the simulated phone."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from promosms.language import lazy_gettext as _


class ReplyForm(FlaskForm):
    """A reply from `number` to the sender `to`."""

    number = HiddenField()
    to = HiddenField()
    text = StringField(
        _("Answer as this person"), default="STOP", validators=[DataRequired(), Length(max=1000)]
    )
