"""What may be typed in for the automatic top-up."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from promosms.forms.admin import UNITS, plain_amount
from promosms.forms.shared import stripped
from promosms.forms.top_ups import amount_words
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import AutomaticTopUp
from promosms.services.payments import top_ups
from promosms.services.payments.automatic_top_ups import Wishes

MOST = Decimal(1_000_000)


def _amount(label: str, description: str) -> StringField:
    return StringField(
        label,
        [InputRequired(_("Enter an amount, such as 25.")), Length(max=20)],
        filters=[stripped],
        description=description,
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 20},
    )


class AutomaticForm(FlaskForm):
    """When, how much, how much a month, and the consent that the card may be charged for it."""

    below = _amount(
        _("When the balance falls below"), _("Such as 10. What campaigns have set aside is spent.")
    )
    amount = _amount(
        _("top up by (net)"), _("At least the amount above. VAT is added where it applies.")
    )
    monthly_cap = _amount(
        _("but at most in a month (net)"), _("Then nothing more is charged until the next month.")
    )
    agreed = BooleanField(
        _("I allow my saved card to be charged for this without asking me each time"),
        [DataRequired(_("Without your consent we cannot charge the card."))],
        description=_("You can switch it off here at any moment."),
    )

    def wishes(self) -> Wishes:
        """What was typed, in 1/10,000, once the form is valid."""
        return Wishes(units(self.below.data), units(self.amount.data), units(self.monthly_cap.data))

    def validate_below(self, field: Field) -> None:
        """More than nothing, whole cents."""
        _check(field)

    def validate_amount(self, field: Field) -> None:
        """An amount that is sold, and enough to lift the balance over the other one."""
        _check(field)
        if why := top_ups.why_not(units(field.data)):
            raise ValidationError(amount_words(why))
        if _readable(self.below.data) and units(field.data) < units(self.below.data):
            raise ValidationError(gettext("Enter at least the amount above."))

    def validate_monthly_cap(self, field: Field) -> None:
        """At least one top-up."""
        _check(field)
        if _readable(self.amount.data) and units(field.data) < units(self.amount.data):
            raise ValidationError(gettext("Enter at least the amount of one top-up."))


def typed(row: AutomaticTopUp | None) -> dict[str, Any]:
    """What stands in the form of somebody who has filled it in before."""
    if row is None or not row.amount:
        return {}
    return {
        "below": f"{row.below / UNITS:.2f}",
        "amount": f"{row.amount / UNITS:.2f}",
        "monthly_cap": f"{row.monthly_cap / UNITS:.2f}",
        "agreed": row.active,
    }


def units(text: str | None) -> int:
    """What was typed, in 1/10,000."""
    return int(plain_amount(text or "") * UNITS)


def _check(field: Field) -> None:
    if not _readable(field.data):
        raise ValidationError(gettext("Enter an amount, such as 25."))
    if plain_amount(field.data) * 100 % 1:
        raise ValidationError(gettext("At most two digits after the comma."))


def _readable(text: str | None) -> bool:
    try:
        amount = plain_amount(text or "")
    except InvalidOperation:
        return False
    return amount.is_finite() and 0 < amount <= MOST
