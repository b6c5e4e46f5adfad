"""The form that adds a gateway: a connection over SMPP."""

from wtforms import BooleanField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from promosms.forms.admin import SpeedForm, between
from promosms.forms.shared import WholeNumberField, stripped
from promosms.gateways.smpp.settings import SettingError, Settings
from promosms.language import gettext
from promosms.language import lazy_gettext as _

REQUIRED = InputRequired(_("Please fill in this field."))
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class AddGatewayForm(SpeedForm):
    """What the provider has given for its SMSC, and the speed of the contract."""

    name = StringField(
        _("Name"),
        [REQUIRED, Length(max=40)],
        [stripped],
        description=_("As you call it, such as the name of the provider."),
        render_kw={"autocomplete": "off", "maxlength": 40},
    )
    host = StringField(
        _("Server"),
        [REQUIRED, Length(max=253)],
        [stripped],
        description=_("Such as smpp.example.com."),
        render_kw=PLAIN,
    )
    port = WholeNumberField(
        _("Port"), between(1, 65535), render_kw={"min": 1, "max": 65535}, default=2775
    )
    tls = BooleanField(
        _("Encrypted (TLS)"),
        description=_("Without it everybody on the way can read texts and password."),
        default=True,
    )
    system_id = StringField(
        _("System ID"),
        [REQUIRED, Length(max=15)],
        [stripped],
        description=_("Your user name at the provider."),
        render_kw=PLAIN,
    )
    password = PasswordField(
        _("Password"),
        [REQUIRED, Length(max=64)],
        description=_("It is stored encrypted and never shown again."),
        render_kw={"autocomplete": "off"},
    )
    system_type = StringField(
        _("System type"),
        [Length(max=12)],
        [stripped],
        description=_("Only if the provider names one."),
        render_kw=PLAIN,
    )

    @property
    def settings(self) -> dict[str, str]:
        """The settings as the command on the server takes them."""
        return {
            "host": self.host.data or "",
            "port": str(self.port.data or ""),
            "tls": "yes" if self.tls.data else "no",
            "system_id": self.system_id.data or "",
            "password": self.password.data or "",
            "system_type": self.system_type.data or "",
        }

    def validate_name(self, field: Field) -> None:
        """In one line."""
        if not (field.data or "").isprintable():
            raise ValidationError(gettext("Write the name in one line."))

    def usable(self) -> bool:
        """Does the adapter take these settings? Ask once the form is valid."""
        try:
            Settings.read(self.settings)
        except SettingError as error:
            self[error.name].errors = [gettext("This cannot be used. Is it typed correctly?")]
            return False
        return True
