"""The house of components: every macro of the templates in its states, while one develops."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField

from promosms.forms.form import Form
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
    return render_template("design/index.html", form=form)
