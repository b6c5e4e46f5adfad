"""The form of the automatic top-up."""

from typing import Any

from wtforms import BooleanField, Field, ValidationError
from wtforms.validators import DataRequired

from promosms.forms.amounts import CURRENCY, amount_field, as_text, check_amount, is_amount, units
from promosms.forms.form import Form
from promosms.forms.top_ups import amount_problem
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import AutomaticTopUp
from promosms.services.payments import top_ups
from promosms.services.payments.automatic_top_ups import Settings


class AutomaticForm(Form):
    """When and how much to top up, the monthly limit, and the consent to charge the card."""

    below = amount_field(
        _("When the balance falls below (%(currency)s)", currency=CURRENCY),
        _("Such as 10. What campaigns have set aside is spent."),
    )
    amount = amount_field(
        _("top up by (%(currency)s, net)", currency=CURRENCY),
        _("At least the amount above. VAT is added where it applies."),
    )
    monthly_cap = amount_field(
        _("but at most in a month (%(currency)s, net)", currency=CURRENCY),
        _("Then nothing more is charged until the next month."),
    )
    agreed = BooleanField(
        _("I allow my saved card to be charged for this without asking me each time"),
        [DataRequired(_("Without your consent we cannot charge the card."))],
        description=_("You can switch it off here at any moment."),
    )

    def settings(self) -> Settings:
        """The settings in 1/10,000, once the form is valid."""
        return Settings(
            units(self.below.data), units(self.amount.data), units(self.monthly_cap.data)
        )

    def validate_below(self, field: Field) -> None:
        """A positive amount in whole cents."""
        check_amount(field)

    def validate_amount(self, field: Field) -> None:
        """An amount that is for sale, and not below the threshold."""
        check_amount(field)
        if why := top_ups.why_not(units(field.data)):
            raise ValidationError(amount_problem(why))
        if is_amount(self.below.data) and units(field.data) < units(self.below.data):
            raise ValidationError(gettext("Enter at least the amount above."))

    def validate_monthly_cap(self, field: Field) -> None:
        """At least one top-up."""
        check_amount(field)
        if is_amount(self.amount.data) and units(field.data) < units(self.amount.data):
            raise ValidationError(gettext("Enter at least the amount of one top-up."))


def form_data(row: AutomaticTopUp | None) -> dict[str, Any]:
    """The stored settings as the form shows them; {} before they were saved once."""
    if row is None or not row.amount:
        return {}
    return {
        "below": as_text(row.below),
        "amount": as_text(row.amount),
        "monthly_cap": as_text(row.monthly_cap),
        "agreed": row.active,
    }
