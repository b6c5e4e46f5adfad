"""What is wrong with a number, a row, a file or a mapping, and what to do about it."""

from promosms.language import gettext as _
from promosms.language import number
from promosms.services.imports.files import FileProblem
from promosms.settings import settings


def row_problem(code: str) -> str:
    """Why a number or a row was refused."""
    explanations: dict[str, str] = {
        "empty": _("There is no number."),
        "letters": _("There are letters or signs in the number."),
        "too_short": _("The number is too short."),
        "too_long": _("The number is too long."),
        "unknown_country": _("No country has numbers that begin like this."),
        "not_valid": _("There is no such number."),
        "landline": _("This is a landline. Texts need a mobile number."),
        "premium": _("This is a paid service number, not a mobile phone."),
        "damaged": _(
            "A spreadsheet program has rounded the number, such as 4.479E+11, and its digits are "
            "lost. Set the column to text in the original table and save it again."
        ),
        "several": _("There are several numbers. Give each of them its own row."),
        "long_value": _("One of the other cells is too long."),
    }
    default: str = _("This is not a mobile number.")
    return explanations.get(code, default)


def file_problem(problem: FileProblem) -> str:
    """Why a file cannot be imported."""
    explanations: dict[FileProblem, str] = {
        FileProblem.EMPTY: _("This file is empty. Choose the file with your recipients."),
        FileProblem.BINARY: _(
            "This is not a table but a picture, a document or another kind of file. "
            "Save your table as CSV and choose that file."
        ),
        FileProblem.SPREADSHEET: _(
            "This is a spreadsheet. Open it, choose “Save as”, then CSV, and upload the new file."
        ),
        FileProblem.ENCODING: _(
            "The letters of this file cannot be read. Save the table again as “CSV UTF-8”."
        ),
        FileProblem.QUOTES: _(
            "A quotation mark is opened in this file and never closed. Save the table again as "
            "CSV with your spreadsheet program."
        ),
        FileProblem.NO_ROWS: _(
            "There is only a row of column names in this file. Add a row for each recipient."
        ),
        FileProblem.NO_NUMBERS: _(
            "No column of this file holds mobile numbers. Add a column with numbers such as "
            "+48 601 234 567 and upload it again."
        ),
        FileProblem.TOO_MANY_ROWS: _(
            "There are more than %(most)s rows in this file. Split it into several files.",
            most=number(settings.import_rows),
        ),
        FileProblem.TOO_MANY_COLUMNS: _(
            "There are more than 100 columns in this file. Keep only those that you need."
        ),
    }
    return explanations[problem]


def mapping_problem(code: str) -> str:
    """Why a choice of columns cannot be used."""
    explanations: dict[str, str] = {
        "no_phone": _("Choose the column that holds the mobile numbers."),
        "twice": _("Two columns fill the same field. Leave one of them out."),
    }
    default: str = _("Choose a field for each column, or leave the column out.")
    return explanations.get(code, default)
