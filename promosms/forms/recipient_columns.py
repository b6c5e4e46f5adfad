"""The form for the columns of the table of recipients."""

from wtforms import Field, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput

from promosms.forms.form import Form
from promosms.language import lazy_gettext as _
from promosms.language import ngettext
from promosms.models import Account
from promosms.services.recipients import columns


class ColumnsForm(Form):
    """Which columns stand beside name and number."""

    columns = SelectMultipleField(
        _("Beside name and number"),
        description=_("Up to four fit. On a phone they stand below the name."),
        option_widget=CheckboxInput(),
    )

    def offer(self, account: Account) -> None:
        """Fill the choice; what is shown now is ticked."""
        self.columns.choices = list(columns.labels(account).items())
        if not self.is_submitted():
            self.columns.data = columns.of(account)

    def validate_columns(self, field: Field) -> None:
        """No more than fit beside each other."""
        more = len(field.data or ()) - columns.MOST
        if more > 0:
            raise ValidationError(
                ngettext(
                    "Four columns fit beside name and number. Take %(num)s away.",
                    "Four columns fit beside name and number. Take %(num)s away.",
                    more,
                )
            )
