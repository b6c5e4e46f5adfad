"""What may be typed in to buy: an amount, the company, the way of paying."""

import re
import unicodedata
from typing import Any

from babel.numbers import get_currency_symbol
from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Regexp,
    StopValidation,
    ValidationError,
)

from promosms.documents.tax import EU
from promosms.language import current_language, gettext, money, ngettext, number
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.models import PayMethod, new_public_id
from promosms.services.invoices import tax_ids
from promosms.services.invoices.companies import Details
from promosms.services.payments import stripe_checkout, top_ups
from promosms.settings import settings

UNITS = 10_000
FIGURES = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?", re.ASCII)
LONGEST_AMOUNT = 30
WITHOUT_POSTCODE = EU - {"IE"}  # outside of these there may be none
JOINERS = "\u200c\u200d"  # some scripts cannot be written without
NONCE = r"^[0-9a-f]{20}$"


def cleaned(text: Any) -> Any:
    """One line as it can be printed: single spaces, no control characters."""
    if not isinstance(text, str):
        return text
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(char for char in line if char.isprintable() or char in JOINERS)


def at_most(most: int) -> Any:
    """Refuse what is too long, with the count of how much."""

    def check(_form: FlaskForm, field: Field) -> None:
        length = len(field.data or "")
        if length > most:
            raise StopValidation(
                ngettext(
                    "At most %(most)s characters fit on an invoice. This has %(length)s: leave "
                    "%(num)s out.",
                    "At most %(most)s characters fit on an invoice. This has %(length)s: leave "
                    "%(num)s out.",
                    length - most,
                    most=number(most),
                    length=number(length),
                )
            )

    return check


def amount_words(why: str) -> str:
    """Why an amount is not sold."""
    words: dict[str, str] = {
        "small": gettext(
            "The smallest top-up is %(amount)s.", amount=money(settings.top_up_smallest)
        ),
        "large": gettext(
            "The largest top-up is %(amount)s. For more, order twice or write to us.",
            amount=money(settings.top_up_largest),
        ),
        "cents": gettext("At most two digits after the comma."),
    }
    return words[why]


class AmountForm(FlaskForm):
    """An amount of one's own."""

    amount = StringField(
        _("Another amount, net"),
        [InputRequired(_("Enter an amount, such as 25 or 25.50."))],
        [cleaned],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    units = 0
    """The amount in 1/10,000, once the form is valid."""

    def validate_amount(self, field: Field) -> None:
        """25, 25,50, 25.50 or 1 000; not less and not more than is sold."""
        found = FIGURES.fullmatch(_bare(field.data)) if len(field.data) <= LONGEST_AMOUNT else None
        if found is None:
            raise ValidationError(gettext("Enter an amount, such as 25 or 25.50."))
        sign, whole, cents = found[1], found[2], found[3] or ""
        if sign == "-" or not int(whole + cents):
            raise ValidationError(gettext("Enter an amount above zero, such as 25."))
        if len(cents) > 2:
            raise ValidationError(amount_words("cents"))
        units = int(whole) * UNITS + int(cents.ljust(2, "0")) * top_ups.CENT
        if why := top_ups.why_not(units):
            raise ValidationError(amount_words(why))
        self.units = units


class PackageForm(FlaskForm):
    """One of the offered amounts, in 1/10,000."""

    package = IntegerField(validators=[InputRequired()])

    def validate_package(self, field: Field) -> None:
        """One that is offered."""
        if field.data not in top_ups.packages():
            raise ValidationError(gettext("Choose one of the amounts, or enter your own."))


class OrderForm(FlaskForm):
    """The order as it was reviewed; the nonce lets a second click find the first order."""

    method = RadioField(_("How would you like to pay?"), default=PayMethod.TRANSFER.value)
    amount = HiddenField(validators=[Regexp(r"^\d{1,15}$")])
    agreed = HiddenField(validators=[Regexp(r"^\d{1,15}$")])
    nonce = HiddenField(validators=[Regexp(NONCE)], default=new_public_id)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.method.choices = ways()


def ways() -> list[tuple[str, str]]:
    """The ways of paying that there are, the quickest first."""
    transfer = PayMethod.TRANSFER.value, gettext("By bank transfer")
    if not stripe_checkout.available():
        return [transfer]
    return [(PayMethod.CARD.value, gettext("By card, at once")), transfer]


def _line(label: str, most: int, autocomplete: str, needed: bool = True) -> StringField:
    missing = [DataRequired(_("Please fill in this field."))] if needed else []
    return StringField(
        label, [*missing, at_most(most)], [cleaned], render_kw={"autocomplete": autocomplete}
    )


class CompanyForm(FlaskForm):
    """The buyer, as VAT Directive 2006/112/EC art. 226 wants him on the invoice."""

    name = _line(_("Name of the company"), 200, "organization")
    country = SelectField(_("Country"), render_kw={"autocomplete": "country"})
    street = _line(_("Street and number"), 200, "street-address")
    postcode = _line(_("Postcode"), 20, "postal-code", needed=False)
    city = _line(_("City"), 100, "address-level2")
    tax_id = StringField(
        _("Tax ID, such as VAT number or NIP (if you have one)"),
        [at_most(40)],
        [cleaned],
        description=_("In the EU the VAT number, with or without the letters of the country."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    email = EmailField(
        _("E-mail address for invoices (if not yours)"),
        [at_most(254)],
        [cleaned],
        render_kw={"autocomplete": "off"},
    )

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.country.choices = countries.everywhere()

    def validate_postcode(self, field: Field) -> None:
        """All of the EU has postcodes, but for Ireland where many do without."""
        if not field.data and self.country.data in WITHOUT_POSTCODE:
            raise ValidationError(gettext("Please fill in this field."))

    def validate_tax_id(self, field: Field) -> None:
        """A number of the chosen country with right check digits."""
        country = self.country.data or ""
        try:
            self.compact = tax_ids.compact(field.data or "", country)
        except tax_ids.BadTaxId as error:
            raise ValidationError(_tax_words(error.country, country)) from error

    def validate_email(self, field: Field) -> None:
        """An address that can exist."""
        try:
            if field.data:
                validate_email(field.data, check_deliverability=False)
        except EmailNotValidError as error:
            raise ValidationError(gettext("This is not an e-mail address.")) from error

    def details(self) -> Details:
        """What was typed, for the services."""
        return Details(
            name=self.name.data or "",
            street=self.street.data or "",
            postcode=self.postcode.data or "",
            city=self.city.data or "",
            country=self.country.data,
            tax_id=self.compact,
            email=self.email.data or "",
        )

    compact = ""
    """The tax identifier as it is stored, once the form is valid."""


def _bare(typed: str) -> str:
    """The figures without spaces, without the currency and with a plain minus."""
    code = settings.currency
    plain = typed.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    for name in (code, code.lower(), get_currency_symbol(code, current_language())):
        plain = plain.replace(name, "")
    return "".join(plain.split())


def _tax_words(owner: str, chosen: str) -> str:
    named = countries.name(chosen)
    if owner:
        owned: str = gettext(
            "This is a number of %(other)s, but the company is in %(country)s. Choose the country "
            "of the number, or enter a number of %(country)s.",
            other=countries.name(owner),
            country=named,
        )
        return owned
    invalid: str = gettext(
        "This is not a tax ID of %(country)s: please look for a typing error. You can also leave "
        "the field empty.",
        country=named,
    )
    return invalid
