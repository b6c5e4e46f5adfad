"""Forms about the data of an account: how long texts are kept, deleting it, certificates."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, PasswordField, StringField, TelField
from wtforms.validators import InputRequired, Length, NumberRange

from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField, stripped
from promosms.language import lazy_gettext as _
from promosms.services.auth import passwords
from promosms.services.privacy.purge_messages import LONGEST, SHORTEST

TOO_FEW = _("Choose a number of days from %(least)s to %(most)s.", least=SHORTEST, most=LONGEST)


class RetentionForm(Form):
    """How long numbers and texts of messages are kept."""

    days = WholeNumberField(
        _("Days"),
        [InputRequired(TOO_FEW), NumberRange(SHORTEST, LONGEST, TOO_FEW)],
        description=_("From %(least)s to %(most)s days.", least=SHORTEST, most=LONGEST),
        render_kw={"inputmode": "numeric", "min": SHORTEST, "max": LONGEST},
    )


class NumberForm(Form):
    """A number to erase; without a country code it is one of the account's country."""

    phone = TelField(
        _("Number of the person"),
        [InputRequired(_("Enter a number.")), Length(max=40)],
        filters=[stripped],
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )


class LeavingForm(Form):
    """The password and the code, if there are any, of somebody who leaves for good."""

    password = PasswordField(
        _("Your password"),
        [InputRequired(_("Enter your password.")), Length(max=passwords.LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(
        _("Code"),
        [InputRequired(_("Enter a code.")), Length(max=40)],
        description=_("Six digits from your app, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )

    def __init__(
        self, *, password_needed: bool = True, code_needed: bool = False, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        if not password_needed:
            del self.password
        if not code_needed:
            del self.code


class DeleteAccountForm(LeavingForm):
    """The confirmation of an owner."""

    confirmed = BooleanField(
        _("Delete the account and everything in it, for good"),
        [InputRequired(_("Tick this box if you want to delete the account."))],
    )


class CertificateForm(Form):
    """A certificate to check."""

    file = FileField(
        _("The certificate (a .json file)"),
        [FileRequired(_("Choose the file first."))],
        render_kw={"accept": ".json,application/json"},
    )
