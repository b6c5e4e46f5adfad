"""Words of automations for people."""

from babel.lists import format_list
from flask_babel import get_locale

from promosms.forms.automations import NAMES, weekday_names
from promosms.language import gettext, ngettext
from promosms.language import lazy_gettext as _
from promosms.models import LAST_DAY, Automation, AutomationStatus, Campaign, Trigger
from promosms.services.automations.words import why
from promosms.services.campaigns import addressed
from promosms.services.recipients import detail_names

# Status: its label, and the tone of its badge.
STATUS = {
    AutomationStatus.OFF: (_("Not switched on"), ""),
    AutomationStatus.ON: (_("On"), "good"),
    AutomationStatus.PAUSED: (_("Paused"), "warn"),
}
# What makes a text go: its icon, its name, and an example of what it is for.
TRIGGERS = {
    Trigger.BIRTHDAY: (
        "cake",
        NAMES[Trigger.BIRTHDAY],
        _("A wish or a present, on the day or some days before."),
    ),
    Trigger.JOINED: (
        "user-plus",
        NAMES[Trigger.JOINED],
        _("A welcome, advice, or a question how they like it, some days after."),
    ),
    Trigger.NO_TEXT: (
        "clock",
        NAMES[Trigger.NO_TEXT],
        _("A reminder that you are there, to those whom you have not texted for some time."),
    ),
    Trigger.WEEKLY: (
        "calendar-days",
        NAMES[Trigger.WEEKLY],
        _("The same text on days of the week."),
    ),
    Trigger.MONTHLY: (
        "calendar",
        NAMES[Trigger.MONTHLY],
        _("The same text on a day of each month."),
    ),
}


def title(prototype: Campaign) -> str:
    """What an automation is called."""
    return detail_names.campaign_title(prototype)


def when(automation: Automation, prototype: Campaign) -> str:
    """When its texts go, as a sentence."""
    return f"{_day(automation, prototype)}, {automation.clock}"


def _day(automation: Automation, prototype: Campaign) -> str:
    number = automation.days
    if automation.trigger == Trigger.BIRTHDAY:
        before = ngettext(
            "%(num)s day before the birthday", "%(num)s days before the birthday", number
        )
        return str(before if number else gettext("On the birthday"))
    if automation.trigger == Trigger.JOINED:
        words = ngettext(
            "%(num)s day after joining “%(list)s”",
            "%(num)s days after joining “%(list)s”",
            number,
            list=", ".join(addressed.of(prototype).chosen.names) or gettext("a deleted list"),
        )
        return str(words)
    if automation.trigger == Trigger.NO_TEXT:
        words = ngettext(
            "After %(num)s day without a text", "After %(num)s days without a text", number
        )
        return str(words)
    if automation.trigger == Trigger.WEEKLY:
        names = weekday_names()
        chosen = [names[digit] for digit in automation.weekdays]
        return str(
            gettext("Every week: %(days)s", days=format_list(chosen, locale=get_locale() or "en"))
        )
    if automation.month_day == LAST_DAY:
        return str(gettext("On the last day of each month"))
    return str(gettext("On day %(day)s of each month", day=automation.month_day))


__all__ = ["STATUS", "TRIGGERS", "title", "when", "why"]
