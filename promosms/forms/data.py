"""The form on the page about the data of an account."""

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from promosms.language import lazy_gettext as _
from promosms.services.privacy.purge_messages import LONGEST, SHORTEST

TOO_FEW = _("Choose a number of days from %(least)s to %(most)s.", least=SHORTEST, most=LONGEST)


class RetentionForm(FlaskForm):
    """How long numbers and texts of messages are kept."""

    days = IntegerField(
        _("Days"),
        [InputRequired(TOO_FEW), NumberRange(SHORTEST, LONGEST, TOO_FEW)],
        description=_("From %(least)s to %(most)s days.", least=SHORTEST, most=LONGEST),
        render_kw={"inputmode": "numeric", "min": SHORTEST, "max": LONGEST},
    )
