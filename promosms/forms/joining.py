"""Forms for people who sign up: their number, then the code of the text."""

from markupsafe import Markup, escape
from wtforms import BooleanField, Field, HiddenField, StringField, TelField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from promosms.forms.auth import phone_message
from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.services.abuse import sms_pumping
from promosms.services.sign_ups.forms import Shown
from promosms.services.sign_ups.joining import LONGEST_NAME
from promosms.sms import phone as numbers
from promosms.sms.phone import LONGEST_TYPED, InvalidPhone


class JoinForm(Form):
    """Number, perhaps first name, and the box with the words of the owner, which nobody ticks.

    `wording` names the version that was shown. `website` is hidden from people: only programs fill
    it in.
    """

    phone = TelField(
        _("Mobile number"),
        [InputRequired(_("Enter your mobile number.")), Length(max=LONGEST_TYPED)],
        filters=[stripped],
        render_kw={"autocomplete": "tel", "maxlength": LONGEST_TYPED, "required": True},
    )
    first_name = StringField(
        _("First name (you may leave it out)"),
        [Length(max=LONGEST_NAME)],
        filters=[stripped],
        render_kw={"autocomplete": "given-name", "maxlength": LONGEST_NAME},
    )
    agree = BooleanField(
        "", [DataRequired(_("Tick the box if you agree: only then they may text you."))]
    )
    wording = HiddenField()
    website = StringField(
        _("Leave this empty"), render_kw={"autocomplete": "off", "tabindex": "-1"}
    )
    opened = HiddenField(default=sms_pumping.stamp)
    """When the form was opened: people need a moment to fill it in."""

    number = ""
    """The number in E.164, once the form is valid."""
    region = ""

    def offer(self, shown: Shown, region: str, *, ask_name: bool) -> None:
        """Show the words of the owner, and read numbers without a country code by this country."""
        self.region = region
        self.phone.description = gettext(
            "Without a country code it is read as a number of this country: %(country)s.",
            country=countries.name(region),
        )
        lines = shown.wording.text.split("\n")
        self.agree.label.text = Markup("<br>").join(escape(line) for line in lines)
        if not ask_name:
            del self.first_name

    def read_again(self, shown: Shown) -> bool:
        """Are other words shown than those of this form? Then it asks once more."""
        if self.wording.data == shown.wording.public_id:
            return False
        self.wording.data, self.agree.data = shown.wording.public_id, False
        self.agree.errors = [
            gettext("These words have changed. Please read them again, and tick the box.")
        ]
        return True

    def validate_phone(self, field: Field) -> None:
        """A mobile number of any country: which are texted is decided later."""
        try:
            self.number = numbers.parse(field.data or "", self.region).e164
        except InvalidPhone as error:
            raise ValidationError(phone_message(error.code)) from error


class JoinCodeForm(Form):
    """The code of the text."""

    code = StringField(
        _("Code from the text"),
        [InputRequired(_("Type in the six digits.")), Length(max=20)],
        filters=[stripped],
        render_kw={"maxlength": 20, "inputmode": "numeric", "autocomplete": "one-time-code"},
    )
