"""Forms of two-factor sign-in, reauthentication, and changes of address and number."""

from wtforms import HiddenField, PasswordField, StringField, TelField
from wtforms.validators import InputRequired, Length

from promosms.forms.auth import REQUIRED, EmailLinkForm, NumberPart
from promosms.forms.form import Form
from promosms.language import lazy_gettext as _
from promosms.services.auth.passwords import LONGEST
from promosms.sms.phone import LONGEST_TYPED

CODE = {"autocomplete": "one-time-code", "maxlength": 40, "required": True, "spellcheck": "false"}


class CodeForm(Form):
    """A code of the app, or a recovery code."""

    code = StringField(
        _("Code"),
        [REQUIRED, Length(max=40)],
        description=_("Six digits from your app, or one of your recovery codes."),
        render_kw=CODE,
    )


class SetUpForm(Form):
    """The first code of an app, and its encrypted secret."""

    code = StringField(
        _("Code"),
        [REQUIRED, Length(max=40)],
        description=_("The six digits that your app shows now."),
        render_kw={**CODE, "inputmode": "numeric"},
    )
    offer = HiddenField(validators=[InputRequired(), Length(max=400)])


class ReauthenticationForm(CodeForm):
    """The password, and a code with two-factor sign-in."""

    password = PasswordField(
        _("Your password"),
        [REQUIRED, Length(max=LONGEST, message=_("This password is too long."))],
        render_kw={"autocomplete": "current-password", "required": True},
    )


class TextCodeForm(Form):
    """The code of a text."""

    code = StringField(
        _("Code"),
        [REQUIRED, Length(max=40)],
        description=_("Eight letters and digits, such as K7QM-ACDE."),
        render_kw=CODE,
    )


class EmailChangeForm(EmailLinkForm):
    """The new e-mail address."""


class PhoneChangeForm(NumberPart, Form):
    """The new mobile number."""

    phone = TelField(
        _("New mobile number"),
        [REQUIRED],
        render_kw={"autocomplete": "tel", "maxlength": LONGEST_TYPED, "required": True},
    )
