"""Forms of bulk actions: the list on which many recipients are put, or which they leave."""

from collections.abc import Sequence

from wtforms import Field, SelectField, ValidationError
from wtforms.validators import DataRequired

from promosms.forms.form import Form
from promosms.forms.shared import TargetPart
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import RecipientList


class PutOnListForm(TargetPart, Form):
    """The list that they are put on, an existing or a new one."""

    list = SelectField(_("List"), default="")

    def offer(self, lists: Sequence[RecipientList]) -> None:
        """Fill the choice of lists."""
        self.list.choices = _choice(lists)

    def validate_list(self, field: Field) -> None:
        """One of both is needed."""
        if not field.data and not (self.new_list.data or "").strip():
            raise ValidationError(gettext("Choose a list, or name a new one."))


class TakeOffListForm(Form):
    """The list that they leave."""

    off_list = SelectField(_("List"), [DataRequired(_("Choose a list."))], default="")

    def offer(self, lists: Sequence[RecipientList]) -> None:
        """Fill the choice of lists."""
        self.off_list.choices = _choice(lists)

    def target(self, lists: Sequence[RecipientList]) -> RecipientList:
        """The chosen list."""
        return next(one for one in lists if one.public_id == self.off_list.data)


def _choice(lists: Sequence[RecipientList]) -> dict[str, str]:
    named = {recipient_list.public_id: recipient_list.name for recipient_list in lists}
    return {"": gettext("Choose a list"), **named}
