"""The forms of admins for KSeF numbers: typed for one invoice, or read from a file."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from promosms.documents.ksef import NumberProblem
from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _


class KsefForm(Form):
    """The KSeF number of an invoice, or that it was issued outside KSeF."""

    invoice = StringField(
        _("Our number of the invoice or credit note"),
        [InputRequired(_("Please fill in this field.")), Length(max=40)],
        [stripped],
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )
    number = StringField(
        _("KSeF number"),
        [Length(max=60)],
        [stripped],
        description=_("Such as 5265877635-20250826-0100001AF629-AF; it stands on the receipt."),
        render_kw={"maxlength": 60, "autocomplete": "off", "spellcheck": "false"},
    )
    outside = BooleanField(_("It was issued outside KSeF, I know this for certain"))

    def validate_number(self, field: Field) -> None:
        """One of the two statements, not both."""
        if bool(field.data) == bool(self.outside.data):
            raise ValidationError(gettext("Enter the number, or tick the box below."))


class KsefFileForm(Form):
    """The upload of a receipt or a table."""

    file = FileField(
        _("Receipt (UPO, XML) or table (CSV)"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "In a table each row has our number and the KSeF number; the columns may stand in any "
            "order. Up to 5\N{NO-BREAK SPACE}MB."
        ),
        render_kw={"accept": ".xml,.csv,text/xml,text/csv"},
    )


def number_problem(problem: NumberProblem) -> str:
    """What is wrong with a KSeF number, and what to do about it."""
    sentences: dict[NumberProblem, str] = {
        NumberProblem.FORM: gettext(
            "A KSeF number has 35 characters: NIP, day, 12 and 2 digits or letters from A to F."
        ),
        NumberProblem.CHECKSUM: gettext(
            "The last two characters do not fit the others: look for a typing error."
        ),
        NumberProblem.DAY: gettext("The eight digits after the NIP are not a day."),
        NumberProblem.SELLER: gettext("This number begins with the NIP of another seller."),
        NumberProblem.EARLY: gettext(
            "The day in this number is before the day of the invoice, or still to come."
        ),
        NumberProblem.TAKEN: gettext("Another invoice here has this number already."),
        NumberProblem.USED: gettext(
            "A correction of this invoice says already what was known: it cannot be changed."
        ),
    }
    return sentences[problem]
