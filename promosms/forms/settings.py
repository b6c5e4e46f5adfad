"""Forms of the settings page."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from wtforms import SelectField, StringField
from wtforms.validators import Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import lazy_gettext as _
from promosms.lib import countries as country
from promosms.lib import languages
from promosms.settings import settings

CONTINENTS = ("Africa/", "America/", "Antarctica/", "Asia/", "Australia/", "Europe/")
PLACES = (*CONTINENTS, "Atlantic/", "Indian/", "Pacific/")


def zones() -> list[str]:
    """The time zones that are named after a place, and UTC."""
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(PLACES))]


WITHOUT_VALUE = {"value": False}
"""Browsers take the value of an option from its text then: with 500 the page has 10 kB less."""


class ZoneField(SelectField):
    """A time zone; its name is read with spaces, and kept with underscores."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, coerce=lambda name: str(name).replace(" ", "_"), **kwargs)
        names = [zone.replace("_", " ") for zone in zones()]
        self.choices = [(name, name, WITHOUT_VALUE) for name in names]


class LanguageForm(Form):
    """The language of the pages."""

    words: ClassVar[dict[str, object]] = {"language": _("Choose the language.")}

    language = SelectField(_("Language of the pages"))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.language.choices = languages.names(settings.languages)


class ZoneForm(Form):
    """The time zone of an admin."""

    words: ClassVar[dict[str, object]] = {"timezone": _("Choose the time zone.")}

    timezone = ZoneField(_("Time zone"), description=_("All times are shown in it."))


class PlaceForm(Form):
    """Where the business is, and what it is called."""

    words: ClassVar[dict[str, object]] = {
        "region": _("Choose the country."),
        "timezone": _("Choose the time zone."),
    }

    shop_name = StringField(
        _("Name of your shop, and how to reach you"),
        [Length(max=60)],
        filters=[stripped],
        description=_(
            "For example: Milk Bar, 601 234 567. It is texted to customers who answer HELP, in "
            "plain letters. You need not give one."
        ),
        render_kw={"maxlength": 60, "autocomplete": "organization"},
    )
    region = SelectField(
        _("Country of numbers without a prefix"),
        description=_("A number such as 601 234 567 is read as one of this country."),
    )
    timezone = ZoneField(_("Time zone"), description=_("All times are shown in it."))

    def __init__(self, countries: set[str], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.region.choices = country.names(countries)
