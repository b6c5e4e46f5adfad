"""What may be typed in for the alert about a low balance."""

from decimal import Decimal, InvalidOperation

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from promosms.forms.admin import UNITS, plain_amount
from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _

MOST = Decimal(1_000_000)


class LowBalanceForm(FlaskForm):
    """Below which balance the owner is told, and whether by text as well."""

    below = StringField(
        _("Tell me when the balance falls below"),
        [InputRequired(_("Enter an amount, such as 25.")), Length(max=20)],
        filters=[stripped],
        description=_("Such as 25. We write once, and again only after it has been above."),
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 20},
    )
    by_text = BooleanField(_("Also by text to my own number, free of charge"))

    @property
    def units(self) -> int:
        """The amount in 1/10,000 of the currency."""
        return int(plain_amount(self.below.data or "") * UNITS)

    def validate_below(self, field: Field) -> None:
        """More than nothing, at most a million, in whole cents."""
        try:
            amount = plain_amount(field.data)
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not 0 < amount <= MOST:
            raise ValidationError(_("Enter an amount, such as 25."))
        if amount * 100 % 1:
            raise ValidationError(_("At most two digits after the comma."))
