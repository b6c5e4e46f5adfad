"""Forms for sender names: customers ask for one, admins decide."""

import re

from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.lib import countries
from promosms.services.senders.requests import Evidence
from promosms.sms.senders import spelling

MOST = 300


class SenderForm(Form):
    """A name, and what shows that it belongs to the customer."""

    name = StringField(
        _("The name"),
        [InputRequired(_("Please fill in this field."))],
        [stripped],
        description=_(
            "3 to 11 letters and digits without accents, at least one letter. Between them may "
            "stand blanks, dots and hyphens."
        ),
        render_kw={"maxlength": spelling.LONGEST_NAME, "autocomplete": "off"},
    )
    company = StringField(
        _("Whose name is it?"),
        [DataRequired(_("Write the name of the business.")), Length(max=200)],
        [stripped],
        description=_("The business as it is registered, or as people know it."),
        render_kw={"maxlength": 200, "autocomplete": "organization"},
    )
    website = StringField(
        _("Where does the name stand?"),
        [Length(max=200)],
        [stripped],
        description=_("A website or a profile that shows it, if there is one."),
        render_kw={"maxlength": 200, "autocomplete": "url", "inputmode": "url"},
    )
    purpose = TextAreaField(
        _("What will you send under it?"),
        [DataRequired(_("Say in a sentence what you will send.")), Length(max=MOST)],
        [stripped],
        description=_("For example: reminders of appointments, and our offers once a month."),
        render_kw={"rows": 2, "maxlength": MOST},
    )

    def evidence(self) -> Evidence:
        """What was said about the name."""
        return Evidence(self.purpose.data or "", self.company.data or "", self.website.data or "")

    def validate_name(self, field: Field) -> None:
        """A name that networks carry, by the rule of `sms/senders/spelling.py`."""
        if spelling.is_name(field.data):
            return
        if len(field.data) > spelling.LONGEST_NAME or len(field.data) < spelling.SHORTEST_NAME:
            raise ValidationError(gettext("A name has 3 to 11 characters."))
        if not any(letter.isalpha() for letter in field.data):
            raise ValidationError(gettext("A name needs a letter: digits alone are a number."))
        raise ValidationError(
            gettext("Use letters without accents, digits, and between them blanks or . - _ &.")
        )


class ApproveForm(Form):
    """Why a name may be used, and where it is registered."""

    evidence = StringField(
        _("What shows that the name is theirs?"),
        [Length(max=MOST)],
        [stripped],
        description=_("It stays in the audit log. For example: seen in the trade register."),
        render_kw={"maxlength": MOST, "autocomplete": "off"},
    )
    countries = StringField(
        _("Registered in"),
        [Length(max=800)],
        [stripped],
        description=_(
            "Codes such as CZ, IT of the countries that take registered names only, and where the "
            "provider has registered this one."
        ),
        render_kw={"autocomplete": "off"},
    )

    def codes(self) -> list[str]:
        """The typed country codes (ISO 3166-1 alpha-2)."""
        return sorted(set(re.split(r"[\s,;]+", (self.countries.data or "").upper())) - {""})

    def validate_countries(self, field: Field) -> None:
        """Every code must be one of ISO 3166-1."""
        if unknown := [code for code in self.codes() if not countries.exists(code)]:
            raise ValidationError(
                gettext(
                    "There is no country %(code)s. Write codes such as PL, DE.", code=unknown[0]
                )
            )


class ReasonForm(Form):
    """Why a name is refused or taken back; the customer reads it."""

    reason = StringField(
        _("Reason"),
        [DataRequired(_("Write a reason: the customer reads it.")), Length(max=MOST)],
        [stripped],
        description=_("The customer gets it by e-mail."),
        render_kw={"maxlength": MOST, "autocomplete": "off"},
    )
