"""The form that says how a campaign leaves: by whose clock, at which hours, spread over which
time, and for how long a text is tried."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from wtforms import Field, RadioField, SelectField
from wtforms.validators import NumberRange, StopValidation

from promosms.forms.form import Form
from promosms.forms.shared import WholeNumberField, hours_in_words
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import Campaign
from promosms.services.campaigns import departure
from promosms.services.campaigns.departure import Departure

MOST_PEOPLE = 1_000_000
ACCOUNT, EACH = "account", "each"
ONCE, HOURS, BATCHES = "once", "hours", "batches"
USUAL, WIDE = "usual", "wide"


def _clocks() -> dict[str, str]:
    return {
        ACCOUNT: gettext("On your clock"),
        EACH: gettext("On the clock of each person"),
    }


def _ways() -> dict[str, str]:
    return {
        ONCE: gettext("All at once"),
        HOURS: gettext("Evenly over some hours"),
        BATCHES: gettext("In batches, so that you can answer them all"),
    }


def _day() -> dict[str, str]:
    return {
        USUAL: gettext("At the hours that are usual there"),
        WIDE: gettext("Every day from 7:00 to 22:00"),
    }


def _validities() -> dict[str, str]:
    return {
        "0": gettext("As usual, a day or two"),
        **hours_in_words(departure.VALIDITIES),
    }


def _only_with(way: str) -> Callable[[Any, Field], None]:
    """What belongs to a choice is needed with it, and else not looked at.

    The field is not marked as required: a browser would ask for it with every choice.
    """

    def validate(form: Any, field: Field) -> None:
        if form.spread.data != way:
            field.data, field.errors = None, []
            raise StopValidation
        if field.data is None:
            raise StopValidation(str(form.words[field.short_name]))

    return validate


class DepartureForm(Form):
    """By whose clock a planned campaign leaves, when, how fast, and how long a text is tried."""

    words: ClassVar[dict[str, object]] = {
        "hours": _("Write a number of hours from 1 to 72."),
        "size": _("Write how many people get it together, such as 50."),
        "minutes": _("Write a number of minutes from 1 to 1440, which is a day."),
        "validity": _("Choose for how long a text is tried."),
    }

    clock = RadioField(_("Whose clock counts"), choices=_clocks, default=ACCOUNT)
    spread = RadioField(_("How fast"), choices=_ways, default=ONCE)
    hours = WholeNumberField(
        _("Over how many hours"),
        [_only_with(HOURS), NumberRange(1, departure.MOST_HOURS)],
    )
    size = WholeNumberField(
        _("People in a batch"), [_only_with(BATCHES), NumberRange(1, MOST_PEOPLE)]
    )
    minutes = WholeNumberField(
        _("Minutes until the next batch"),
        [_only_with(BATCHES), NumberRange(1, departure.MOST_MINUTES)],
    )

    day = RadioField(_("At which hours"), choices=_day, default=USUAL)
    validity = SelectField(
        _("If a phone cannot be reached, try for"),
        choices=_validities,
        default="0",
        description=_("After that it does not arrive any more. It is paid all the same."),
    )

    def prepare(self, *, limits_validity: bool) -> Self:
        """Offer a time to try for only where the line can say it to the network."""
        if not limits_validity:
            del self.validity
        return self

    def show(self, campaign: Campaign) -> None:
        """Fill in how a draft leaves."""
        chosen = departure.of(campaign)
        self.day.data = WIDE if chosen.wide else USUAL
        if self.validity:
            self.validity.data = str(chosen.validity)
        self.clock.data = EACH if chosen.each_clock else ACCOUNT
        self.spread.data = HOURS if chosen.hours else BATCHES if chosen.size else ONCE
        self.hours.data, self.size.data = chosen.hours or None, chosen.size or None
        self.minutes.data = chosen.minutes or None

    def departure(self) -> Departure:
        """What was chosen, once the form is valid."""
        return Departure(
            self.clock.data == EACH,
            self.hours.data or 0,
            self.size.data or 0,
            self.minutes.data or 0,
            wide=self.day.data == WIDE,
            validity=int(self.validity.data) if self.validity else 0,
        )
