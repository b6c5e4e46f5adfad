"""The forms to buy a top-up: amount, company, payment method."""

import re
import unicodedata
from typing import Any, ClassVar

from babel.numbers import get_currency_symbol
from email_validator import EmailNotValidError, validate_email
from wtforms import (
    EmailField,
    Field,
    HiddenField,
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
from promosms.forms.amounts import CURRENCY, too_fine
from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField
from promosms.language import current_language, gettext, money, ngettext, number
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.models import PayMethod, new_public_id
from promosms.services.invoices import tax_ids
from promosms.services.invoices.companies import Details
from promosms.services.payments import stripe_checkout, top_ups
from promosms.settings import currencies, invoice_font, settings

UNITS = 10_000
FIGURES = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?", re.ASCII)
LONGEST_AMOUNT = 30
WITH_POSTCODES = EU - {"IE"}  # elsewhere the postcode is optional
SHOWN = 8  # letters that cannot be printed
NONCE = r"^[0-9a-f]{20}$"


def cleaned(text: Any) -> Any:
    """The text as one printable line: single spaces, no control characters."""
    if not isinstance(text, str):
        return text
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(char for char in line if char.isprintable())


def at_most(most: int) -> Any:
    """A validator of the length; its message says by how much the text is too long."""

    def check(_form: Form, field: Field) -> None:
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


def printable(_form: Form, field: Field) -> None:
    """A validator: an invoice can be printed with this. Its message names what cannot be."""
    if letters := invoice_font.unprintable(field.data or ""):
        raise StopValidation(
            gettext(
                "An invoice cannot print %(letters)s. Please write it in Latin, Greek or Cyrillic "
                "letters.",
                letters=" ".join(letters[:SHOWN]) + (" …" if len(letters) > SHOWN else ""),
            )
        )


def amount_problem(why: str) -> str:
    """Why an amount is not for sale, as a sentence."""
    sentences: dict[str, str] = {
        "small": gettext(
            "The smallest top-up is %(amount)s.", amount=money(settings.top_up_smallest)
        ),
        "large": gettext(
            "The largest top-up is %(amount)s. For more, order twice or write to us.",
            amount=money(settings.top_up_largest),
        ),
        "cents": too_fine(),
    }
    return sentences[why]


class AmountForm(Form):
    """An amount that is not one of the packages."""

    amount = StringField(
        _("Another amount in %(currency)s, net", currency=CURRENCY),
        [InputRequired(_("Enter an amount, such as 25 or 25.50."))],
        [cleaned],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    units = 0
    """The amount in 1/10,000, once the form is valid."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.amount.description = gettext(
            "From %(least)s to %(most)s",
            least=money(settings.top_up_smallest),
            most=money(settings.top_up_largest),
        )

    def validate_amount(self, field: Field) -> None:
        """Written as 25, 25,50, 25.50 or 1 000, and within the limits of a top-up."""
        match = FIGURES.fullmatch(_bare(field.data)) if len(field.data) <= LONGEST_AMOUNT else None
        if match is None:
            raise ValidationError(gettext("Enter an amount, such as 25 or 25.50."))
        sign, whole, cents = match[1], match[2], match[3] or ""
        if sign == "-" or not int(whole + cents):
            raise ValidationError(gettext("Enter an amount above zero, such as 25."))
        if len(cents) > currencies.digits(settings.currency):
            raise ValidationError(amount_problem("cents"))
        units = int(whole) * UNITS + int(cents.ljust(currencies.MOST_DIGITS, "0"))
        if why := top_ups.why_not(units):
            raise ValidationError(amount_problem(why))
        self.units = units


class PackageForm(Form):
    """One of the offered amounts, in 1/10,000."""

    words: ClassVar[dict[str, object]] = {
        "package": _("Choose one of the amounts, or enter your own.")
    }

    package = WholeNumberField(validators=[InputRequired()])

    def validate_package(self, field: Field) -> None:
        """One of the offered amounts."""
        if field.data not in top_ups.packages():
            raise ValidationError(gettext("Choose one of the amounts, or enter your own."))


class OrderForm(Form):
    """The order as it was reviewed; the nonce lets a second click find the first order."""

    words: ClassVar[dict[str, object]] = {"method": _("Choose how you would like to pay.")}

    method = RadioField(_("How would you like to pay?"), default=PayMethod.TRANSFER.value)
    amount = HiddenField(validators=[Regexp(r"^\d{1,15}$")])
    agreed = HiddenField(validators=[Regexp(r"^\d{1,15}$")])
    nonce = HiddenField(validators=[Regexp(NONCE)], default=new_public_id)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.method.choices = payment_methods()


def payment_methods() -> list[tuple[str, str]]:
    """The payment methods that are available with their labels, the quickest first."""
    transfer = PayMethod.TRANSFER.value, gettext("By bank transfer")
    if not stripe_checkout.available():
        return [transfer]
    return [(PayMethod.CARD.value, gettext("By card, at once")), transfer]


def _text_field(label: str, most: int, autocomplete: str, needed: bool = True) -> StringField:
    missing = [DataRequired(_("Please fill in this field."))] if needed else []
    return StringField(
        label,
        [*missing, at_most(most), printable],
        [cleaned],
        render_kw={"autocomplete": autocomplete},
    )


class CompanyForm(Form):
    """The buyer with the fields that VAT Directive 2006/112/EC art. 226 demands on an invoice."""

    words: ClassVar[dict[str, object]] = {"country": _("Choose the country of the company.")}

    name = _text_field(_("Name of the company"), 200, "organization")
    country = SelectField(_("Country"), render_kw={"autocomplete": "country"})
    street = _text_field(_("Street and number"), 200, "street-address")
    postcode = _text_field(_("Postcode"), 20, "postal-code", needed=False)
    city = _text_field(_("City"), 100, "address-level2")
    tax_id = StringField(
        _("Tax ID, such as VAT number or NIP (if you have one)"),
        [at_most(40), printable],
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
        """Required in the EU, except in Ireland, where many addresses have none."""
        if not field.data and self.country.data in WITH_POSTCODES:
            raise ValidationError(gettext("Please fill in this field."))

    def validate_tax_id(self, field: Field) -> None:
        """A number of the chosen country with correct check digits."""
        country = self.country.data or ""
        try:
            self.compact = tax_ids.compact(field.data or "", country)
        except tax_ids.BadTaxId as error:
            raise ValidationError(_tax_id_problem(error.country, country)) from error

    def validate_email(self, field: Field) -> None:
        """A syntactically valid address."""
        try:
            if field.data:
                validate_email(field.data, check_deliverability=False)
        except EmailNotValidError as error:
            raise ValidationError(gettext("This is not an e-mail address.")) from error

    def details(self) -> Details:
        """The values for the services."""
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
    """The number without spaces and currency, with an ASCII minus."""
    code = settings.currency
    plain = typed.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    for name in (code, code.lower(), get_currency_symbol(code, current_language())):
        plain = plain.replace(name, "")
    return "".join(plain.split())


def _tax_id_problem(owner: str, chosen: str) -> str:
    country = countries.name(chosen)
    if owner:
        foreign: str = gettext(
            "This is a number of %(other)s, but the company is in %(country)s. Choose the country "
            "of the number, or enter a number of %(country)s.",
            other=countries.name(owner),
            country=country,
        )
        return foreign
    invalid: str = gettext(
        "This is not a tax ID of %(country)s: please look for a typing error. You can also leave "
        "the field empty.",
        country=country,
    )
    return invalid
