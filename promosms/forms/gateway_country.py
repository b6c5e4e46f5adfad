"""The form for the country of a gateway."""

from typing import ClassVar

from wtforms import SelectField

from promosms.forms.form import Form
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.lib import countries


class CountryForm(Form):
    """The country of the numbers that come without a country code."""

    words: ClassVar[dict[str, object]] = {"country": _("Choose the country.")}

    country = SelectField(_("Numbers without a country code are of"), default="")

    def offer(self, default: str) -> None:
        """Fill the choice; `default` is the country of the installation."""
        named = gettext("The country of the installation: %(name)s", name=countries.name(default))
        self.country.choices = [("", named), *countries.everywhere()]
