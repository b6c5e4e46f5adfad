"""The form of an automation: when texts go, to whom, and what they say."""

from dataclasses import replace
from datetime import time
from typing import ClassVar

from babel.dates import get_day_names
from flask_babel import get_locale
from wtforms import Field, RadioField, SelectField, SelectMultipleField, TimeField, ValidationError
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput

from promosms.forms.amounts import CURRENCY, amount_field, as_text, check_amount, units
from promosms.forms.campaigns.composer import CampaignForm
from promosms.forms.campaigns.when import CLOCK_FORMATS
from promosms.forms.shared import WholeNumberField
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import LAST_DAY, Account, Automation, Campaign, Trigger
from promosms.services.automations.automations import When
from promosms.services.automations.days import EARLIEST, LATEST
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft

NAMES = {
    Trigger.BIRTHDAY: _("Birthday"),
    Trigger.JOINED: _("Somebody joins a list"),
    Trigger.NO_TEXT: _("No text for a while"),
    Trigger.WEEKLY: _("Every week"),
    Trigger.MONTHLY: _("Every month"),
}
"""What makes a text go; a new automation has that as its name."""
FIELDS = {
    Trigger.BIRTHDAY: ("days",),
    Trigger.JOINED: ("days", "joined"),
    Trigger.NO_TEXT: ("days",),
    Trigger.WEEKLY: ("weekdays",),
    Trigger.MONTHLY: ("month_day",),
}
"""The fields that only some triggers have."""
LEAST = {Trigger.BIRTHDAY: 0, Trigger.JOINED: 1, Trigger.NO_TEXT: 7}
MOST = {Trigger.BIRTHDAY: 60, Trigger.JOINED: 365, Trigger.NO_TEXT: 730}
USUAL = {Trigger.BIRTHDAY: 0, Trigger.JOINED: 1, Trigger.NO_TEXT: 60}


def weekday_names() -> dict[str, str]:
    """The days of the week in the reader's language, by their digits; 0 is Monday."""
    names = get_day_names("wide", "stand-alone", locale=get_locale() or "en")
    return {str(number): str(names[number]) for number in range(7)}


def _month_days() -> dict[str, str]:
    numbers = {str(number): f"{number}." for number in range(1, LAST_DAY)}
    return {**numbers, str(LAST_DAY): gettext("the last day")}


def _days_label(trigger: Trigger) -> str:
    labels: dict[Trigger, str] = {
        Trigger.BIRTHDAY: gettext("How many days before the birthday"),
        Trigger.JOINED: gettext("How many days after joining the list"),
        Trigger.NO_TEXT: gettext("How many days without a text"),
    }
    return labels[trigger]


class AutomationForm(CampaignForm):
    """When, to whom and what. Of a campaign's fields the day and the time are not on its page."""

    words: ClassVar[dict[str, object]] = {
        "joined": _("Choose the list."),
        "at": _("Give the time as hours and minutes, such as 10:00."),
        "weekdays": _("Choose at least one day of the week."),
        "month_day": _("Choose the day of the month."),
    }

    days = WholeNumberField(
        _("Days"),
        [InputRequired(_("Write how many days."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    weekdays = SelectMultipleField(
        _("On these days of the week"), choices=weekday_names, option_widget=CheckboxInput()
    )
    month_day = SelectField(
        _("On this day of each month"),
        choices=_month_days,
        description=_("In a month that is shorter, on its last day."),
    )
    joined = RadioField(_("Which list"))
    at = TimeField(
        _("At what time"),
        [InputRequired(_("Give the time as hours and minutes, such as 10:00."))],
        format=CLOCK_FORMATS,
        default=time(10),
    )
    month_limit = amount_field(
        _("At most in a month (%(currency)s)", currency=CURRENCY),
        _("Empty: no limit. It pauses itself before it costs more, and writes to you."),
        optional=True,
    )
    trigger = Trigger.BIRTHDAY

    def prepare_trigger(self, account: Account, trigger: Trigger, draft: Draft | None) -> None:
        """Set the choices, and leave only the fields that this trigger has."""
        self.trigger = trigger
        self.prepare(account, draft=draft)
        for name in {"days", "weekdays", "month_day", "joined"} - set(FIELDS[trigger]):
            del self[name]
        if trigger == Trigger.JOINED:
            self.joined.choices = {one.public_id: one.name for one in self.lists}
        if not self.is_submitted():
            self.name.data = str(NAMES[trigger])
        if trigger in LEAST:
            self.days.label.text = _days_label(trigger)
            self.days.validators = [
                *self.days.validators,
                NumberRange(LEAST[trigger], MOST[trigger]),
            ]
            if self.days.data is None and not self.is_submitted():
                self.days.data = USUAL[trigger]

    def show_automation(self, automation: Automation, prototype: Campaign) -> None:
        """Fill the fields with what is stored."""
        draft = drafts.read(prototype)
        self.show(draft, prototype)
        self.at.data = time.fromisoformat(automation.clock)
        limit = automation.month_limit
        self.month_limit.data = "" if limit is None else as_text(limit)
        values = {
            "days": automation.days,
            "weekdays": list(automation.weekdays),
            "month_day": str(automation.month_day),
            "joined": next(iter(draft.lists), None),
        }
        for name in FIELDS[self.trigger]:
            self[name].data = values[name]

    def when(self) -> When:
        """When texts go, as typed, once the form is valid."""
        values = {name: self[name].data for name in FIELDS[self.trigger]}
        return When(
            self.trigger,
            days=int(values.get("days") or 0),
            weekdays="".join(sorted(values.get("weekdays") or [])),
            month_day=int(values.get("month_day") or 1),
            clock=f"{self.at.data:%H:%M}",
            month_limit=units(self.month_limit.data) if self.month_limit.data else None,
        )

    def draft(self) -> Draft:
        """Text, sender and audience as typed: for a list that is joined, that list."""
        draft = super().draft()
        if self.trigger != Trigger.JOINED:
            return draft
        chosen = [self.joined.data] if self.joined.data else []
        return replace(draft, everyone=False, lists=chosen, segments=[])

    def demand_audience(self) -> bool:
        """Somebody must be chosen; where a list is joined, it is that list."""
        return self.trigger == Trigger.JOINED or super().demand_audience()

    def validate_without(self, field: SelectMultipleField) -> None:
        """Who is left out must not be the list that is joined."""
        super().validate_without(field)
        if self.trigger == Trigger.JOINED and self.joined.data in (field.data or []):
            raise ValidationError(
                gettext(
                    "“%(name)s” is chosen and left out. Choose one of the two.",
                    name=self.groups[self.joined.data],
                )
            )

    def validate_weekdays(self, field: Field) -> None:
        """At least one."""
        if not field.data:
            raise ValidationError(gettext("Choose at least one day of the week."))

    def validate_at(self, field: Field) -> None:
        """By day: nobody is woken, and the day is long enough to send what is late."""
        if field.data and not EARLIEST <= field.data <= LATEST:
            raise ValidationError(
                gettext(
                    "Choose a time from %(first)s to %(last)s.",
                    first=f"{EARLIEST:%H:%M}",
                    last=f"{LATEST:%H:%M}",
                )
            )

    def validate_month_limit(self, field: Field) -> None:
        """In whole cents, if there is one."""
        check_amount(field)
