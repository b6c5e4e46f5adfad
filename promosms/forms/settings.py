"""Forms of the settings page."""

from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import SelectField

from promosms.language import lazy_gettext as _
from promosms.lib import countries as country
from promosms.lib import languages
from promosms.settings import settings

CONTINENTS = ("Africa/", "America/", "Antarctica/", "Asia/", "Australia/", "Europe/")
PLACES = (*CONTINENTS, "Atlantic/", "Indian/", "Pacific/")


def zones() -> list[str]:
    """The time zones that are named after a place, and UTC."""
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(PLACES))]


class LanguageForm(FlaskForm):
    """The language of the pages."""

    language = SelectField(_("Language of the pages"))

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.language.choices = languages.names(settings.languages)


class PlaceForm(FlaskForm):
    """Where the business is."""

    region = SelectField(
        _("Country of numbers without a prefix"),
        description=_("A number such as 601 234 567 is read as one of this country."),
    )
    timezone = SelectField(_("Time zone"), description=_("All times are shown in it."))

    def __init__(self, countries: set[str], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.region.choices = country.names(countries)
        self.timezone.choices = [(zone, zone.replace("_", " ")) for zone in zones()]
