"""Forms of an import: a file or pasted numbers, columns, consent and list; what can be wrong."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask_babel.speaklater import LazyString
from flask_wtf.file import FileField, FileRequired
from markupsafe import Markup
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from promosms.forms.field_values import cell_problem
from promosms.forms.form import Form
from promosms.forms.shared import ConsentPart, TargetPart
from promosms.language import gettext, ngettext, number
from promosms.language import lazy_gettext as _
from promosms.lib.text_encodings import Reading
from promosms.models import Account, ImportMode
from promosms.services.imports import typed_cells
from promosms.services.imports.columns import OTHER_PHONE
from promosms.services.imports.consent_columns import (
    AGREED,
    CONSENTED,
    DAY,
    HOW,
    LISTS,
    OPTED_OUT,
)
from promosms.services.imports.files import FileProblem
from promosms.services.imports.sheets import Choice, Offer
from promosms.services.recipients.fields import labels
from promosms.settings import settings
from promosms.sms.phone import LONGEST_TYPED

SIZE = LazyString(lambda: number(settings.import_bytes // (1024 * 1024)))
_WORKBOOKS = ".xlsx,.xlsm,.xlsb,.xls,.ods"


class UploadForm(Form):
    """A workbook or a CSV file."""

    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "An Excel or LibreOffice workbook (XLSX, XLS, ODS), or a CSV file; "
            "up to %(size)s\N{NO-BREAK SPACE}MB.",
            size=SIZE,
        ),
        render_kw={
            "accept": f"{_WORKBOOKS},.csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"
        },
    )


def _modes() -> dict[str, str]:
    return {
        ImportMode.OVERWRITE.value: gettext(
            "Bring them up to date: what is new replaces what is old"
        ),
        ImportMode.COMPLETE.value: gettext("Complete them: fill in only what is missing"),
        ImportMode.LEAVE.value: gettext("Leave them as they are"),
    }


class ModePart:
    """What becomes of people who are here already."""

    words: ClassVar[dict[str, object]] = {"mode": _("Choose what happens to them.")}

    mode = RadioField(
        _("If somebody is here already"),
        choices=_modes,
        default=ImportMode.OVERWRITE.value,
        description=_(
            "An empty cell never deletes anything. All of them are put on the list that you choose "
            "below, and opt-outs always count."
        ),
    )

    def chosen_mode(self) -> ImportMode:
        """The chosen mode."""
        chosen = self.mode.data
        return ImportMode(chosen) if chosen in set(ImportMode) else ImportMode.OVERWRITE


class PasteForm(ModePart, ConsentPart, TargetPart, Form):
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


class MappingForm(ModePart, ConsentPart, TargetPart, Form):
    """How to import a file; the columns are chosen in a table outside the form class."""

    has_header = BooleanField(_("The first row holds the names of the columns"))


class ReadingForm(Form):
    """In which encoding the words of a file read right."""

    words: ClassVar[dict[str, object]] = {"encoding": _("Choose the line that reads right.")}

    encoding = RadioField(
        _("Which of these reads right?"),
        [InputRequired(_("Choose the line that reads right."))],
    )

    def offer(self, readings: Sequence[Reading]) -> None:
        """Fill the choice; the likeliest is chosen."""
        self.encoding.choices = [(one.encoding, "  ·  ".join(one.words)) for one in readings]
        if readings and not self.is_submitted():
            self.encoding.data = readings[0].encoding


class SheetForm(Form):
    """Which sheet of a workbook holds the recipients."""

    words: ClassVar[dict[str, object]] = {"sheet": _("Choose the sheet with your recipients.")}

    sheet = RadioField(
        _("Which sheet holds your recipients?"),
        [InputRequired(_("Choose the sheet with your recipients."))],
    )

    def offer(self, choice: Choice) -> None:
        """Fill the choice; the sheet with the most numbers is chosen."""
        self.sheet.choices = [(str(n), _sheet(one)) for n, one in enumerate(choice.offers)]
        if choice.offers and not self.is_submitted():
            self.sheet.data = str(choice.likeliest)


def _sheet(offer: Offer) -> Markup:
    """The name of a sheet, its size, and its first words."""
    size = ngettext("%(n)s row", "%(n)s rows", offer.rows, n=number(offer.rows))
    details = (
        gettext("cannot be imported") if offer.problem else f"{size}: {', '.join(offer.words)}"
    )
    return Markup("{}<br><small>{}</small>").format(offer.name, details)


class NumberForm(Form):
    """The number of a refused row, or another value that could not be read.

    The page has one form for all rows, and checks its token.
    """

    class Meta(Form.Meta):
        """The token stands beside the rows."""

        csrf = False

    number = StringField(
        validators=[InputRequired(_("Enter a mobile number.")), Length(max=LONGEST_TYPED)],
        # A field that is left empty does not stop the others of its page.
        render_kw={
            "type": "tel",
            "required": False,
            "maxlength": LONGEST_TYPED,
            "autocomplete": "off",
        },
    )


class NumbersForm(Form):
    """Numbers that must not be texted."""

    text = TextAreaField(
        _("Numbers"),
        [DataRequired(_("Enter at least one number.")), Length(max=100_000)],
        description=_("One per line, or separated by commas."),
        render_kw={"rows": 3, "autocomplete": "off"},
    )


def row_problem(code: str, account: Account | None = None) -> str:
    """Why a number or a row was refused; the account names its fields."""
    if account and typed_cells.is_problem(code):
        type_, name = typed_cells.of_problem(code)
        return cell_problem(type_, labels(account)[name], account.region)
    explanations: dict[str, str] = {
        "empty": gettext("There is no number."),
        "letters": gettext("There are letters or signs in the number."),
        "too_short": gettext("The number is too short."),
        "too_long": gettext("The number is too long."),
        "unknown_country": gettext("No country has numbers that begin like this."),
        "unclear_country": gettext(
            "There are too many digits. If the number is from abroad, begin it with + and the "
            "country code."
        ),
        "not_valid": gettext("There is no such number."),
        "landline": gettext("This is a landline. Texts need a mobile number."),
        "premium": gettext("This is a paid service number, not a mobile phone."),
        "damaged": gettext(
            "A spreadsheet program has rounded the number, such as 4.479E+11, and its digits are "
            "lost. Set the column to text in the original table and save it again."
        ),
        "several": gettext("There are several numbers. Give each of them its own row."),
        "extension": gettext(
            "An extension or other digits follow the number. Give only the number."
        ),
        "long_value": gettext("One of the other cells is too long."),
    }
    default: str = gettext("This is not a mobile number.")
    return explanations.get(code, default)


def file_problem(problem: FileProblem, row: int = 0) -> str:
    """Why a file cannot be imported; `row` is where, if that is known."""
    explanations: dict[FileProblem, str] = {
        FileProblem.EMPTY: gettext("This file is empty. Choose the file with your recipients."),
        FileProblem.BINARY: gettext(
            "This is not a table but a picture, a document or another kind of file. "
            "Save your table as XLSX or CSV and choose that file."
        ),
        FileProblem.MARKUP: gettext(
            "This is a web page or XML, although its name may end in .xls. Open it in your "
            "spreadsheet program, save it as XLSX, and upload the new file."
        ),
        FileProblem.PASSWORD: gettext(
            "This workbook is locked with a password. Open it, save it without one, and upload "
            "the new file."
        ),
        FileProblem.DAMAGED: gettext(
            "This workbook is damaged, or only a part of it was uploaded. Open it in your "
            "spreadsheet program, save it again as XLSX, and upload the new file."
        ),
        FileProblem.NO_CELLS: gettext(
            "All sheets of this workbook are empty. Save it once more, and check that it is the "
            "right file."
        ),
        FileProblem.NO_WORKBOOK: gettext(
            "This is a document or an archive, not a workbook. Unpack an archive first; save a "
            "table from a document as XLSX or CSV."
        ),
        FileProblem.NUMBERS_APP: gettext(
            "This is a table of Numbers. In Numbers choose File, “Export To”, Excel, and upload "
            "the new file."
        ),
        FileProblem.TOO_LARGE: gettext(
            "This workbook unpacks to more than a table of recipients needs. Copy the rows of your "
            "recipients into a new workbook, or save the sheet as CSV, and upload that."
        ),
        FileProblem.TOO_SLOW: gettext(
            "Reading this workbook takes too long. Save the sheet with your recipients as CSV and "
            "upload that."
        ),
        FileProblem.ENCODING: gettext(
            "The letters of this file cannot be read. Save the table again as “CSV UTF-8”."
        ),
        FileProblem.QUOTES: gettext(
            "A quotation mark is opened in row %(row)s of this file and not closed where it should "
            "be, so rows could get lost. Correct that row, or save the table again as CSV with "
            "your spreadsheet program.",
            row=number(row),
        ),
        FileProblem.NO_ROWS: gettext(
            "There is only a row of column names in this file. Add a row for each recipient."
        ),
        FileProblem.NO_NUMBERS: gettext(
            "No column of this file holds mobile numbers. Add a column with numbers such as "
            "+48 601 234 567 and upload it again."
        ),
        FileProblem.NOT_ALONE: gettext(
            "There are numbers in this file, but other words stand in the same cells. Give the "
            "numbers a column of their own, and separate the columns by semicolons or commas."
        ),
        FileProblem.TOO_MANY_ROWS: gettext(
            "There are more than %(most)s rows in this file. Split it into several files.",
            most=number(settings.import_rows),
        ),
        FileProblem.TOO_MANY_COLUMNS: gettext(
            "There are more than 100 columns in this file. Keep only those that you need."
        ),
    }
    return explanations[problem]


def sheet_problem(problem: FileProblem) -> str:
    """Why a sheet cannot be imported; others may."""
    if problem in (FileProblem.NO_NUMBERS, FileProblem.NO_ROWS):
        return str(gettext("There are no mobile numbers in this sheet. Choose another one."))
    return file_problem(problem)


def understood(encoding: str, delimiter: str) -> str:
    """How a file was read, in plain words: its kind, or its letters and what separates columns."""
    if f".{encoding}" in _WORKBOOKS.split(","):
        return str(gettext("It was read as a workbook."))
    between = {
        ",": gettext("commas"),
        ";": gettext("semicolons"),
        "\t": gettext("tabs"),
        "|": gettext("vertical lines"),
    }
    letters = {
        "utf-8": gettext("Unicode"),
        "utf-16": gettext("Unicode"),
        "cp1250": gettext("Central European"),
        "cp1252": gettext("Western European"),
    }
    name = encoding.partition("/")[0].partition("*")[0]
    how = next((words for start, words in letters.items() if name.startswith(start)), name)
    return str(
        gettext(
            "Its columns are separated by %(signs)s, its letters are read as %(letters)s.",
            signs=between.get(delimiter, delimiter),
            letters=how,
        )
    )


def column_labels(names: Mapping[str, str]) -> dict[str, str]:
    """What a column can be, in the order of the menu; `names` are those of the fields."""
    other = {OTHER_PHONE: str(gettext("Second number, where the first is missing or wrong"))}
    said = {
        OPTED_OUT: str(gettext("Has opted out (yes: never text)")),
        AGREED: str(gettext("Has agreed to texts (no: never text)")),
        CONSENTED: str(gettext("Has agreed to promotions (no: gets no promotions)")),
        HOW: str(gettext("Where or how they agreed")),
        DAY: str(gettext("When they agreed")),
        LISTS: str(gettext("Lists (names with commas between them)")),
    }
    return {"phone": names["phone"], **other, **names, **said}


def mapping_problem(code: str) -> str:
    """Why a choice of columns cannot be used."""
    explanations: dict[str, str] = {
        "no_phone": gettext("Choose the column that holds the mobile numbers."),
        "nobody_agreed": gettext(
            "Choose the column that says who has agreed, or leave out where and when they did."
        ),
        "twice": gettext("Two columns fill the same field. Leave one of them out."),
    }
    default: str = gettext("Choose a field for each column, or leave the column out.")
    return explanations.get(code, default)
