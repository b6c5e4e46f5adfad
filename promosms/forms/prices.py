"""The forms of admins for prices and price tables, with their error messages."""

from datetime import UTC, datetime

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import DateTimeLocalInput

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext, money, number
from promosms.language import lazy_gettext as _
from promosms.services.prices import cells as price_cells
from promosms.services.prices.cells import BadCell, NewPrice, PriceProblem
from promosms.services.prices.tables import COLUMNS, MOST_ROWS, BadTable, TableProblem
from promosms.settings import settings


class PriceForm(Form):
    """The price of one part in a country or for a prefix, and from when it is valid."""

    country = StringField(
        _("Country"),
        [InputRequired(_("Please fill in this field."))],
        [stripped],
        description=_("Its code, such as PL or DE."),
        render_kw={"maxlength": 2, "autocomplete": "off"},
    )
    prefix = StringField(
        _("Only numbers that begin with"),
        [Length(max=20)],
        [stripped],
        description=_("Such as +48 731. Leave it empty for the whole country."),
        render_kw={"inputmode": "tel", "autocomplete": "off"},
    )
    tier = StringField(
        _("Only after a top-up of at least"),
        [Length(max=20)],
        [stripped],
        description=_("Net, such as 500. Leave it empty for everybody."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    price = StringField(
        _("Net price of one text"),
        [Length(max=20)],
        [stripped],
        description=_("Such as 0.03."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    free = BooleanField(_("These texts cost nothing"))
    valid_from = StringField(
        _("Holds from (UTC)"),
        [Length(max=30)],
        [stripped],
        description=_("Leave it empty for now."),
        widget=DateTimeLocalInput(),
        render_kw={"autocomplete": "off"},
    )

    def read(self, present: datetime) -> NewPrice | None:
        """The price; None, and an error at its field, if it is invalid."""
        try:
            country = price_cells.country(self.country.data or "")
            return NewPrice(
                country,
                price_cells.prefix(self.prefix.data or "", country),
                price_cells.tier(self.tier.data or ""),
                price_cells.moment(self.valid_from.data or "", present),
                self._amount(),
            )
        except BadCell as error:
            self.refuse(error)
            return None

    def refuse(self, error: BadCell) -> None:
        """Show an error at its field."""
        field = "tier" if error.column == "top_up_from" else error.column
        self[field].errors = [cell_problem(error)]

    def _amount(self) -> int:
        typed = self.price.data or ""
        if self.free.data:
            if typed.strip("0.,"):
                raise BadCell("price", PriceProblem.NOT_FREE)
            return 0
        amount = price_cells.amount(typed)
        if amount is None:
            raise BadCell("price", PriceProblem.PRICE)
        return amount


class EntryForm(Form):
    """A stored price to withdraw; without a beginning the one that is valid now."""

    country = HiddenField(validators=[Regexp(r"^[A-Z]{2}\Z")])
    prefix = HiddenField(validators=[Regexp(r"^[0-9]{0,12}\Z")])
    tier = HiddenField(validators=[Regexp(r"^[0-9]{1,15}\Z")])
    valid_from = HiddenField(validators=[Length(max=40)])

    def read(self) -> NewPrice | None:
        """The withdrawal; None for values that our pages never send."""
        begins = self.valid_from.data or ""
        try:
            moment = datetime.fromisoformat(begins) if begins else None
            if moment is not None and moment.tzinfo is None:
                return None
            moment = moment and moment.astimezone(UTC)
        except (ValueError, OverflowError):  # such as the first day of all, in an eastern zone
            return None
        tier = int(self.tier.data or 0)
        return NewPrice(self.country.data or "", self.prefix.data or "", tier, moment, None)


class TableForm(Form):
    """The upload of a price table."""

    file = FileField(
        _("CSV file"),
        [FileRequired(_("Choose a file."))],
        description=_("Separated by commas or semicolons, up to 1\N{NO-BREAK SPACE}MB."),
        render_kw={"accept": ".csv,text/csv,text/plain"},
    )


class AgreeForm(Form):
    """A previewed table to import; the digest proves which changes were shown."""

    text = HiddenField(validators=[InputRequired()])
    digest = HiddenField(validators=[InputRequired(), Length(max=20)])


def cell_problem(error: BadCell) -> str:
    """What is wrong with a price, and what to do about it."""
    sentences: dict[PriceProblem, str] = {
        PriceProblem.COUNTRY: gettext(
            "There is no country “%(said)s”. Write codes such as PL, DE.", said=error.value[:20]
        ),
        PriceProblem.PREFIX: gettext("Write digits only, such as 48731, at most 12."),
        PriceProblem.PREFIX_ELSEWHERE: gettext(
            "Numbers of this country begin with %(said)s. Begin with it too.", said=error.value
        ),
        PriceProblem.PRICE: gettext("Enter a price, such as 0.03."),
        PriceProblem.NOT_FREE: gettext(
            "A price of 0 must be meant: say that these texts are free, and nothing else."
        ),
        PriceProblem.TOO_DEAR: gettext(
            "At most %(most)s for a text. Is the comma in its place?",
            most=money(price_cells.DEAREST),
        ),
        PriceProblem.DIGITS: gettext("At most four digits after the comma."),
        PriceProblem.TIER: gettext("Enter the size of a top-up, such as 500, or leave it empty."),
        PriceProblem.OUT_OF_REACH: gettext(
            "Nobody can top up more than %(most)s at once. Enter a smaller amount.",
            most=money(settings.top_up_largest),
        ),
        PriceProblem.MOMENT: gettext(
            "Enter a day within the next ten years, such as 2027-01-31 or 2027-01-31 08:00."
        ),
        PriceProblem.PAST: gettext(
            "This is in the past, when another price held. Leave it empty to change it from now."
        ),
        PriceProblem.CURRENCY: gettext(
            "Prices here are in %(ours)s, not in %(said)s. Convert them first.",
            ours=settings.currency,
            said=error.value,
        ),
        PriceProblem.TWICE: gettext(
            "This price stands in row %(row)s already. Delete one of the two.", row=error.value
        ),
        PriceProblem.CELLS: gettext(
            "There are more cells than columns. Put a price with a comma into quotation marks, or "
            "separate the cells by semicolons."
        ),
    }
    return sentences[error.problem]


def row_problem(error: BadCell) -> str:
    """The same for a row of a table, where the words free and none replace fields of the form."""
    if error.problem == PriceProblem.PRICE:
        sentence = gettext(
            "Enter a price, such as 0.03. Write none to send nothing there any more, or free."
        )
    elif error.problem == PriceProblem.NOT_FREE:
        sentence = gettext("A price of 0 must be meant: write the word free.")
    else:
        sentence = cell_problem(error)
    return str(sentence)


def table_problem(error: BadTable) -> str:
    """Why a table cannot be read, and what to do about it."""
    sentences: dict[TableProblem, str] = {
        TableProblem.EMPTY: gettext("This file is empty. Choose the file with your prices."),
        TableProblem.TOO_LARGE: gettext(
            "The table is too large. Split it: at most %(rows)s rows and 1\N{NO-BREAK SPACE}MB.",
            rows=number(MOST_ROWS),
        ),
        TableProblem.ENCODING: gettext(
            "The letters of this file cannot be read. Save the table again as “CSV UTF-8”."
        ),
        TableProblem.QUOTES: gettext(
            "A quotation mark is opened in this file and never closed. Save the table again as "
            "CSV with your spreadsheet program."
        ),
        TableProblem.MISSING: gettext(
            "There is no column %(name)s. Name it in the first row.", name=error.column
        ),
        TableProblem.UNKNOWN: gettext(
            "There is a column “%(name)s”. Delete it, or give it one of these names: %(names)s.",
            name=error.column,
            names=", ".join(COLUMNS),
        ),
        TableProblem.REPEATED: gettext(
            "The column %(name)s stands there twice. Delete one of them.", name=error.column
        ),
    }
    return sentences[error.problem]
