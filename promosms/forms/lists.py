"""The name of a list."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _


class ListForm(FlaskForm):
    """A list has a name and nothing else."""

    name = StringField(
        _("Name of the list"),
        [DataRequired(_("Give the list a name.")), Length(max=80)],
        filters=[stripped],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
