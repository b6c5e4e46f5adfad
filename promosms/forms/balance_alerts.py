"""The form of the low-balance alert."""

from wtforms import BooleanField, Field

from promosms.forms.amounts import CURRENCY, amount_field, check_amount, units
from promosms.forms.form import Form
from promosms.language import lazy_gettext as _


class LowBalanceForm(Form):
    """Below which balance the owner is told, and whether by text as well."""

    below = amount_field(
        _("Tell me when the balance falls below (%(currency)s)", currency=CURRENCY),
        _("Such as 25. We write once, and again only after it has been above."),
    )
    by_text = BooleanField(_("Also by text to my own number, free of charge"))

    @property
    def units(self) -> int:
        """The threshold in 1/10,000 of the currency."""
        return units(self.below.data)

    def validate_below(self, field: Field) -> None:
        """Positive, in whole cents, at most a million."""
        check_amount(field)
