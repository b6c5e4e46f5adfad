"""Forms of an import: a file or pasted numbers, columns, consent and list."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from promosms.forms.shared import ConsentPart, TargetPart
from promosms.language import lazy_gettext as _


class UploadForm(FlaskForm):
    """A CSV file."""

    file = FileField(
        _("CSV file"),
        [FileRequired(_("Choose a file."))],
        description=_("Separated by commas, semicolons or tabs, up to 20 MB."),
        render_kw={"accept": ".csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"},
    )


class PasteForm(ConsentPart, TargetPart, FlaskForm):
    """Numbers from the clipboard."""

    text = TextAreaField(
        _("Numbers"),
        [DataRequired(_("Paste at least one number.")), Length(max=1_000_000)],
        description=_(
            "One per line, or separated by commas. A name may follow after a comma: "
            "601 234 567, Anna Kowalska"
        ),
        render_kw={"rows": 8, "autocomplete": "off"},
    )


class MappingForm(ConsentPart, TargetPart, FlaskForm):
    """How to import a file; the columns are chosen in a table outside the form class."""

    has_header = BooleanField(_("The first row holds the names of the columns"))


class NumbersForm(FlaskForm):
    """Numbers that must not be texted."""

    text = TextAreaField(
        _("Numbers"),
        [DataRequired(_("Enter at least one number.")), Length(max=100_000)],
        description=_("One per line, or separated by commas."),
        render_kw={"rows": 3, "autocomplete": "off"},
    )
