"""Forms of the pages about deleting an account."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired, Length

from promosms.language import lazy_gettext as _
from promosms.services.auth.passwords import LONGEST


class DeleteAccountForm(FlaskForm):
    """The password, if there is one, and a confirmation."""

    password = PasswordField(
        _("Your password"),
        [InputRequired(_("Enter your password.")), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    confirmed = BooleanField(
        _("Delete the account and everything in it, for good"),
        [InputRequired(_("Tick this box if you want to delete the account."))],
    )

    def __init__(self, *, password_needed: bool, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if not password_needed:
            del self.password


class CertificateForm(FlaskForm):
    """A certificate to check."""

    file = FileField(
        _("The certificate, a file that ends with .json"),
        [FileRequired(_("Choose the file first."))],
        render_kw={"accept": ".json,application/json"},
    )
