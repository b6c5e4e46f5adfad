"""The form that says no to a campaign of a colleague."""

from wtforms import TextAreaField
from wtforms.validators import Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _
from promosms.models.campaigns.yes_request import LONGEST_WHY


class RefusalForm(Form):
    """Why not, in words for the one who has asked."""

    why = TextAreaField(
        _("Why not?"),
        [Length(max=LONGEST_WHY)],
        [stripped],
        description=_("Your colleague reads it. You can leave it empty."),
        render_kw={"rows": 2, "maxlength": LONGEST_WHY},
    )
