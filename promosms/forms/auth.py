"""Forms to register, to sign in and to choose a password."""

from typing import Any

from email_validator import validate_email
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    StringField,
    TelField,
    ValidationError,
)
from wtforms.validators import Email, InputRequired, Length

from promosms.forms.form import Form
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import Session
from promosms.services.abuse import proof_of_work, sms_pumping
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.auth import passwords
from promosms.services.auth.passwords import LONGEST, SHORTEST, PasswordProblem
from promosms.settings import settings
from promosms.sms import phone as numbers
from promosms.sms.phone import LONGEST_TYPED, InvalidPhone, PhoneProblem

REQUIRED = InputRequired(_("Please fill in this field."))
ADDRESS = Email(
    _("This is not an e-mail address. It looks like name@example.com."), allow_smtputf8=False
)


class EmailForm(Form):
    """An e-mail address."""

    email = EmailField(
        _("E-mail address"),
        [REQUIRED, Length(max=254), ADDRESS],
        filters=[lambda typed: typed.strip() if typed else typed],
        render_kw={"autocomplete": "username", "maxlength": 254, "required": True},
    )

    def validate_email(self, field: Field) -> None:
        """Domains with letters such as ż travel in their ASCII form (IDNA)."""
        if not field.errors:
            address = validate_email(field.data or "", check_deliverability=False)
            field.data = address.ascii_email


class EmailLinkForm(EmailForm):
    """An address to which a link goes, with the proof of work of the browser."""

    proof = HiddenField()

    @property
    def proven(self) -> bool:
        """Has the browser done the proof of work? Ask once the form is valid."""
        return bool(self.proof.data)

    def validate_email(self, field: Field) -> None:
        """A wrong proof is refused at once, so the answer says nothing about the address."""
        super().validate_email(field)
        proof = self.proof.data or ""
        if not field.errors and proof and not proof_of_work.spend(proof, ProofForm.EMAIL):
            raise ValidationError(
                gettext("This page was open too long. Press the button once more.")
            )


class NumberPart:
    """The check of a mobile number, for forms with the field `phone`."""

    number = ""
    """The number in E.164, once the form is valid."""

    def validate_phone(self, field: Field) -> None:
        """Accept a mobile number of a country in which people may register."""
        self.number = mobile_number(field.data or "")


class RegisterForm(NumberPart, EmailForm):
    """E-mail and mobile number. `website` is hidden from people: only programs fill it in."""

    phone = TelField(
        _("Mobile number"),
        [REQUIRED],
        render_kw={"autocomplete": "tel", "maxlength": LONGEST_TYPED, "required": True},
    )
    website = StringField(
        _("Leave this empty"), render_kw={"autocomplete": "off", "tabindex": "-1"}
    )

    opened = HiddenField(default=sms_pumping.stamp)
    """When the form was opened: people need a moment to fill it in."""


class SignInForm(EmailForm):
    """E-mail and password."""

    password = PasswordField(
        _("Password"),
        [REQUIRED, Length(max=LONGEST, message=_("This password is too long."))],
        render_kw={"autocomplete": "current-password", "required": True},
    )
    stay = BooleanField(
        _("Stay signed in on this phone"),
        description=_("For %(count)s days. You can end it in Settings.", count=Session.STAY_DAYS),
    )


class CurrentPasswordForm(Form):
    """The password that counts so far."""

    current = PasswordField(
        _("Current password"),
        [REQUIRED, Length(max=LONGEST, message=_("This password is too long."))],
        render_kw={"autocomplete": "current-password", "required": True},
    )


class PasswordForm(Form):
    """A new password, which must not be e-mail address or number of the user."""

    password = PasswordField(
        _("New password"),
        [REQUIRED],
        description=_(
            "At least %(count)s characters. Four short words that do not belong together are "
            "easy to remember and hard to guess.",
            count=SHORTEST,
        ),
        render_kw={"autocomplete": "new-password", "required": True},
    )
    own_data = ("", "")
    """E-mail address and number of the user."""

    def validate_password(self, field: Field) -> None:
        """Require a long password that others do not know."""
        typed = field.data or ""
        problem = passwords.problem(typed, *self.own_data) or passwords.leaked(typed)
        if problem is not None:
            raise ValidationError(_password_message(problem))


class ChangePasswordForm(CurrentPasswordForm, PasswordForm):
    """The current password and a new one."""


class JoinForm(EmailForm, PasswordForm):
    """E-mail and password of a new admin; `invited` is the address of the invitation, or ""."""

    def __init__(self, invited: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.invited = invited
        if invited:
            del self.email

    def validate_password(self, field: Field) -> None:
        """The address of the admin must not be in the password."""
        self.own_data = (self.invited or self.email.data or "", "")
        super().validate_password(field)


def mobile_number(typed: str) -> str:
    """In E.164, of a country from which people may register; raises ValidationError."""
    countries = settings.registration_countries
    try:
        number = numbers.parse(typed, countries[0])
    except InvalidPhone as error:
        raise ValidationError(phone_message(error.code)) from error
    if number.country not in countries:
        raise ValidationError(
            gettext("Numbers of this country cannot register here. Write to the operator.")
        )
    return number.e164


def _password_message(problem: PasswordProblem) -> str:
    messages: dict[PasswordProblem, str] = {
        PasswordProblem.TOO_SHORT: gettext(
            "This is too short: use at least %(count)s characters.", count=SHORTEST
        ),
        PasswordProblem.TOO_LONG: gettext(
            "This is too long: use at most %(count)s characters.", count=LONGEST
        ),
        PasswordProblem.REPEATED: gettext("Use more different characters than this."),
        PasswordProblem.PERSONAL: gettext("Others know this about you. Choose something else."),
        PasswordProblem.SENT: gettext(
            "Do not use the password from the text message: choose one of your own."
        ),
        PasswordProblem.COMMON: gettext(
            "This is among the first that others would try. Add a word that nobody expects."
        ),
        PasswordProblem.LEAKED: gettext(
            "This password has leaked from another service. Choose one that you use nowhere else."
        ),
    }
    return messages[problem]


def phone_message(problem: PhoneProblem) -> str:
    """What is wrong with a number that somebody types for themselves."""
    messages: dict[PhoneProblem, str] = {
        PhoneProblem.TOO_SHORT: gettext("This number is too short. Is a digit missing?"),
        PhoneProblem.TOO_LONG: gettext("This number is too long. Is there a digit too many?"),
        PhoneProblem.LANDLINE: gettext("This is a landline. Please give a mobile number."),
        PhoneProblem.SEVERAL: gettext("Please give one number only."),
        PhoneProblem.EXTENSION: gettext(
            "An extension or other digits follow the number. Give only the number."
        ),
        PhoneProblem.UNCLEAR_COUNTRY: gettext(
            "There are too many digits. If the number is from abroad, begin it with + and the "
            "country code."
        ),
        PhoneProblem.UNKNOWN_COUNTRY: gettext(
            "We do not know this country code. Begin with + and the code, such as +48."
        ),
    }
    other: str = gettext("This is not a mobile number. It looks like +48 601 234 567.")
    return messages.get(problem, other)
