"""Forms of bulk actions: the list that many recipients are put on or leave, their consent."""

from collections.abc import Sequence

from wtforms import Field, RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired

from promosms.forms.form import Form
from promosms.forms.shared import ConsentPart, TargetPart
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import Consent, RecipientList


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


class RecordConsentForm(ConsentPart, Form):
    """The consent that all of them have given: the day and the evidence are needed."""

    consent = RadioField(
        choices={Consent.GIVEN.value: ""}, filters=[lambda _sent: Consent.GIVEN.value]
    )

    def offer(self, lists: Sequence[RecipientList]) -> None:
        """Nothing depends on the lists."""


BulkForm = PutOnListForm | TakeOffListForm | RecordConsentForm


def _choice(lists: Sequence[RecipientList]) -> dict[str, str]:
    named = {recipient_list.public_id: recipient_list.name for recipient_list in lists}
    return {"": gettext("Choose a list"), **named}
