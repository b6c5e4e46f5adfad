"""The part of the composer that says when a campaign starts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from wtforms import DateField, Field, HiddenField, SelectField, TimeField
from wtforms.validators import StopValidation

from promosms.forms.shared import DAY_FORMATS, hours_in_words
from promosms.language import gettext, moment, timezone
from promosms.language import lazy_gettext as _
from promosms.lib import wall_clock
from promosms.models import LATEST_HOURS, now
from promosms.services.campaigns import schedule
from promosms.services.campaigns.drafts import Draft

TEN = 10
CLOCK_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M"]


def _beside(other: str, missing: Any) -> Callable[[Any, Field], None]:
    """A field that may stay empty if the other one is empty too."""

    def validate(form: Any, field: Field) -> None:
        if _typed(field):
            return
        field.errors = []  # of reading nothing as a time
        raise StopValidation(str(missing) if _typed(form[other]) else "")

    return validate


def _typed(field: Field) -> bool:
    return bool(field.raw_data and field.raw_data[0].strip())


class ClockPart:
    """A day and a time on the clocks of `zone`."""

    day = DateField(_("Day"), [_beside("clock", _("Give the day too."))], format=DAY_FORMATS)
    clock = TimeField(_("Time"), [_beside("day", _("Give the time too."))], format=CLOCK_FORMATS)
    zone = HiddenField()

    def show_time(self, planned_time: str) -> None:
        """Fill in a time on the clock (`Campaign.planned_time`), if there is one."""
        if planned_time:
            wall = datetime.fromisoformat(planned_time)
            self.day.data, self.clock.data = wall.date(), wall.time()

    def planned_time(self) -> str:
        """The time that was typed, as `Campaign.planned_time`; a half of a time is none."""
        wall = self._wall()
        return "" if wall is None else wall.strftime(wall_clock.FORM)

    def its_zone(self) -> ZoneInfo:
        """The zone that the page has named beside the fields; else that of the account."""
        return schedule.zone_named(self.zone.data) if self.zone.data else timezone()

    def starts_at(self) -> datetime | None:
        """The moment that was typed, if it is one."""
        wall = self._wall()
        return None if wall is None else wall_clock.moment(wall, self.its_zone())

    def lies_ahead(self) -> bool:
        """The review needs a time to come, if there is one; returns False with an error else."""
        wall = self._wall()
        problem = "" if wall is None else self._why_not(wall)
        if problem:
            self.clock.errors = [*self.clock.errors, problem]
        return not problem

    def _wall(self) -> datetime | None:
        if self.day.data is None or self.clock.data is None:
            return None
        return datetime.combine(self.day.data, self.clock.data.replace(second=0))

    def _why_not(self, wall: datetime) -> str:
        try:
            schedule.moment_of(wall, self.its_zone())
        except wall_clock.NoSuchTime as gap:
            return str(
                gettext(
                    "The clocks are put forward in that night, so this time does not exist. Choose "
                    "%(before)s or %(after)s.",
                    before=f"{gap.before:%H:%M}",
                    after=f"{gap.after:%H:%M}",
                )
            )
        except schedule.TimeOver:
            return str(
                gettext(
                    "That time has passed: it is %(now)s. Choose a later one.",
                    now=moment(now(), "d MMM, HH:mm", self.its_zone()),
                )
            )
        except schedule.TimeTooFar:
            return str(gettext("Choose a day within a year."))
        return ""


class WhenPart(ClockPart):
    """The time at which a campaign starts; none: when it is sent."""

    words: ClassVar[dict[str, object]] = {"latest": _("Choose how much later it may start.")}

    latest = SelectField(
        _("May start later by at most"),
        choices=lambda: hours_in_words(schedule.LATEST),
        coerce=int,
        default=LATEST_HOURS,
        description=_("If the service stands still for longer, it asks you before it starts."),
    )

    def show_plan(self, draft: Draft) -> None:
        """Fill in the time of a draft."""
        self.zone.data, self.latest.data = draft.planned_zone, draft.latest_hours
        self.show_time(draft.planned_time)

    def plan_on(self, day: str) -> None:
        """Plan it for a day (ISO): at ten o'clock, or in the next hour but one if that has passed.

        A day that has passed, or is none, plans nothing.
        """
        try:
            chosen = date.fromisoformat(day)
        except ValueError:
            return
        soon = now().astimezone(self.its_zone()) + timedelta(hours=2)
        hour = max(TEN, soon.hour) if soon.date() == chosen else TEN
        if chosen >= soon.date():
            self.day.data, self.clock.data = chosen, time(hour)

    def with_plan(self, draft: Draft) -> Draft:
        """The draft with the time that was typed; a half of a time is none."""
        wall = self._wall()
        hours = self.latest.data if self.latest.data in schedule.LATEST else LATEST_HOURS
        if wall is None:
            return replace(draft, latest_hours=hours)
        return replace(
            draft,
            planned_time=self.planned_time(),
            planned_zone=self.its_zone().key,
            latest_hours=hours,
        )
