"""The house of components: every macro of the templates in its states, while one develops."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField

from promosms.forms.form import Form
from promosms.language import gettext as _
from promosms.lib.charts import bars
from promosms.lib.charts.bars import Day
from promosms.lib.charts.curve import Moment, curve
from promosms.lib.charts.funnel import Step, funnel
from promosms.lib.charts.stacked import Part, stacked
from promosms.settings import settings
from promosms.web.access import Access, allow

bp = Blueprint("design", __name__)


class Sample(Form):
    """Fields in every state; it is never sent."""

    who = SelectField("Who gets it", choices=lambda: {"": "Choose a list", "1": "Regulars"}.items())
    phone = StringField("Mobile number", description="We text you a password once.")
    password = PasswordField("Your password", description="At least 15 characters.")
    text = TextAreaField("Your text")
    agree = BooleanField("They have agreed to this", description="On the card at the till.")


@bp.route("/design")
@allow(Access.PUBLIC)
def index() -> ResponseReturnValue:
    """Every component; not in production."""
    if settings.production:
        abort(404)
    form = Sample(None, data={"phone": "601 234 56", "text": "Hi, we cut until 9 pm now."})
    form.who.errors = ["Choose who gets it"]
    form.phone.errors = ["Write the number with 9 digits: 60123456 has 8"]
    return render_template("design/index.html", form=form, **_charts())


def _named(week: list[Day]) -> list[Day]:
    """Days with the short names that the first page gives them."""
    names = [format_date(date(2026, 11, 24) + timedelta(days=n), "EEE") for n in range(6)]
    labels = [*(name.rstrip(".") for name in names), _("today")]
    return [replace(day, label=label) for day, label in zip(week, labels, strict=True)]


def _charts() -> dict[str, object]:
    """A month with one large day, an outcome with small parts, a curve of four moments."""
    texts = [(1_710, 53) if day == 26 else (day * 37 % 190, day % 4) for day in range(1, 31)]
    month = [
        Day(f"{day} November", f"{day} Nov", *texts[day - 1], today=day == 30)
        for day in range(1, 31)
    ]
    parts = [("good", 1_637, "arrived"), ("bad", 44, "did not arrive")]
    parts += [("doubt", 9, "nobody knows"), ("sent", 80, "sent, no answer yet")]
    parts += [("next", 120, "still to go"), ("cancelled", 60, "cancelled")]
    shares = [("1 min", 0.71), ("5 min", 0.92), ("1 hour", 0.96), ("1 day", 0.97)]
    return {
        "chart": bars.bars(month),
        "strip": bars.strip(_named(month[-7:])),
        "bar": stacked([Part(*part) for part in parts]),
        "steps": funnel(
            [Step("Addressed", 1_700), Step("Got it", 1_623, 1_700), Step("Replied", 4, 0)]
        ),
        "arrivals": curve("10:00", [Moment(*moment) for moment in shares]),
    }
