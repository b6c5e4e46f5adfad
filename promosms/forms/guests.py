"""The forms for guests."""

from wtforms import StringField, TelField
from wtforms.validators import InputRequired, Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _
from promosms.sms.phone import LONGEST_TYPED


class GuestForm(Form):
    """The number of a guest; without a country code it is one of the account's country."""

    phone = TelField(
        _("Mobile number of a guest"),
        [InputRequired(_("Enter a mobile number.")), Length(max=LONGEST_TYPED)],
        filters=[stripped],
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "off"},
    )


class GuestCodeForm(Form):
    """The code that a guest got and told."""

    code = StringField(
        _("Code of the guest"),
        [InputRequired(_("Type in the six digits.")), Length(max=20)],
        filters=[stripped],
        render_kw={"maxlength": 20, "inputmode": "numeric", "autocomplete": "off"},
    )
