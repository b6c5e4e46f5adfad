"""The form for the name of a list."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _


class ListForm(FlaskForm):
    """The name of a list, new or old."""

    name = StringField(
        _("Name of the list"),
        [DataRequired(_("Give the list a name.")), Length(max=80)],
        filters=[stripped],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
