"""Labels of campaigns: statuses, reasons and problems as the pages show them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from babel import dates
from flask_babel import format_timedelta, get_locale

from promosms.language import lazy_gettext as _
from promosms.language import moment, ngettext, pgettext, share, wall_time
from promosms.language import number as shown
from promosms.lib.charts.stacked import THINNEST, Part, Stacked, stacked
from promosms.lib.proportions import Difference
from promosms.models import (
    AbTest,
    Campaign,
    CampaignKind,
    CampaignStatus,
    FollowUpKind,
    MessageStatus,
    now,
)
from promosms.services.accounts import trial
from promosms.services.api import keys as api_keys
from promosms.services.campaigns import (
    ab_parts,
    audience,
    clicks,
    departure,
    guard,
    responses,
    schedule,
)
from promosms.services.campaigns.addressed import Addressed
from promosms.services.campaigns.campaigns import Figures
from promosms.services.campaigns.follow_ups import FollowUp
from promosms.services.campaigns.guard import StopReason
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.recipients import detail_names
from promosms.services.senders import chosen
from promosms.services.sending import holding
from promosms.services.sending.opt_outs import DELETED, HELD, NO_CONSENT, OPTED_OUT
from promosms.services.sending.validity import TOO_LATE
from promosms.services.sign_ups import asking
from promosms.sms.phone import pretty
from promosms.views.campaigns import problems
from promosms.web.access import my_account

# Status: its label, and the tone of its badge.
STATUS = {
    CampaignStatus.DRAFT: (_("Draft"), ""),
    CampaignStatus.SCHEDULED: (_("Scheduled"), "info"),
    CampaignStatus.COMPARING: (_("Compares two texts"), "info"),
    CampaignStatus.PREPARING: (_("Being prepared"), "info"),
    CampaignStatus.BLOCKED: (_("Waiting for you"), "warn"),
    CampaignStatus.SENDING: (_("Being sent"), "info"),
    CampaignStatus.PAUSED: (_("Paused"), "warn"),
    CampaignStatus.FINISHED: (_("Finished"), "good"),
    CampaignStatus.CANCELLED: (_("Cancelled"), ""),
    CampaignStatus.PROTOTYPE: (_("Automation"), ""),
}
MESSAGE_STATUS = {
    MessageStatus.QUEUED: (_("Waiting"), ""),
    MessageStatus.SENDING: (_("Being sent"), "info"),
    MessageStatus.SENT: (_("Sent"), "info"),
    MessageStatus.DELIVERED: (_("Arrived"), "good"),
    MessageStatus.UNDELIVERED: (_("Did not arrive"), "bad"),
    MessageStatus.EXPIRED: (_("Did not arrive in time"), "bad"),
    MessageStatus.FAILED: (_("Refused"), "bad"),
    MessageStatus.UNKNOWN: (_("Nobody knows"), "warn"),
    MessageStatus.SKIPPED: (_("Left out"), ""),
    MessageStatus.CANCELLED: (_("Cancelled"), ""),
}
# The filters of the recipients in a report.
FILTERS = {
    "delivered": (_("Arrived"), [MessageStatus.DELIVERED]),
    "sent": (_("Sent, no answer yet"), [MessageStatus.SENT]),
    "waiting": (_("Waiting"), sorted(MessageStatus.WAITING)),
    "not_delivered": (_("Did not arrive"), sorted(MessageStatus.NOT_DELIVERED)),
    "unconfirmed": (_("Nobody knows"), [MessageStatus.UNKNOWN]),
    "skipped": (_("Left out"), [MessageStatus.SKIPPED]),
    "cancelled": (_("Cancelled"), [MessageStatus.CANCELLED]),
}
RESPONSES = {
    "clicked": (_("Opened the link"), clicks.clicked),
    "replied": (_("Replied"), responses.replied),
    "opted_out": (_("Want no more texts"), responses.opted_out),
}
SKIPPED = {
    OPTED_OUT: _("They have opted out of your texts."),
    HELD: _("Their reply sounded like an opt-out, and nobody had read it yet."),
    DELETED: _("You have deleted them since."),
    NO_CONSENT: _("They have not agreed to get promotional texts."),
    TOO_LATE: _("The line did not take the text in the time for which it was to be tried."),
    asking.LATE: _("No line was free in time: the code in it does not count any more."),
    audience.NO_PRICE: _("There is no price for their country, so it cannot be texted."),
    chosen.NOT_REGISTERED: _(
        "Their country takes only registered names, and yours is not registered there."
    ),
    chosen.NO_NAMES: _("Names do not arrive in their country."),
    audience.NO_GATEWAY: _("No line reaches their country at the moment."),
    audience.TOO_LONG: _("With their own details it would be more than six texts long."),
    audience.EMPTY: _("With their own details the text would be empty."),
    trial.UNCONFIRMED: _("They are a guest who has not confirmed yet: give in the code they got."),
    trial.SKIPPED: _("They are not on your guest list, and your account is still on trial."),
}
FAILED = {
    "rejected": _("The network refused the text. You did not pay for it."),
    "outage": _("The line had a fault and refused every text. You did not pay for it."),
    "busy": _("The network did not take the text after several tries. You did not pay for it."),
    "no_answer": _("The network did not say whether it took the text."),
    "bad_number": _("The network does not know this number. You did not pay for it."),
    "opted_out": _("The network says that this person has opted out. You did not pay for it."),
    "country": _("The line does not reach this country. You did not pay for it."),
    "partly": _("The network took only a part of this long text. You paid for that part only."),
    "too_long": _("The line does not take so long a text. You did not pay for it."),
}
KINDS = {
    CampaignKind.PROMOTIONAL: _("A promotional text."),
    CampaignKind.SERVICE: _("A service text, about something they asked for or bought."),
}
# What each kind is for, below its name in the composer.
KINDS_EXPLAINED = {
    CampaignKind.PROMOTIONAL: _(
        "An offer, news, an invitation: only people who have agreed get it, and it says how to opt "
        "out."
    ),
    CampaignKind.SERVICE: _(
        "About what they asked for or bought, such as an appointment or an order, without any "
        "offer: everybody gets it who has not opted out."
    ),
}
BY_STATUS = {
    MessageStatus.UNDELIVERED: _("The network could not deliver the text to this number."),
    MessageStatus.EXPIRED: _("The phone was not reachable before the text ran out of time."),
    MessageStatus.FAILED: _("The network refused the text. You did not pay for it."),
    MessageStatus.UNKNOWN: _("The network did not say whether it took the text."),
}
# Whom a follow-up is for, what a draft of it is called, and the button that makes one.
FOLLOW_UPS = {
    FollowUpKind.NOT_GOT: _("To those of “%(name)s” who did not get it."),
    FollowUpKind.NOT_ANSWERED: _("To those of “%(name)s” who did not answer."),
    FollowUpKind.NOT_CLICKED: _("To those of “%(name)s” who did not open a link."),
}
FOLLOW_UP_NAMES = {
    FollowUpKind.NOT_GOT: _("%(name)s (did not get it)"),
    FollowUpKind.NOT_ANSWERED: _("%(name)s (did not answer)"),
    FollowUpKind.NOT_CLICKED: _("%(name)s (did not open a link)"),
}
PROBLEMS = problems.WORDS
NIGHT = _(
    "Promotional texts wait for the hours of their country. It goes on by itself on %(time)s."
)
CLOCKS = _("The others wait until it is time where they are. It goes on by itself on %(time)s.")
STOPPED: dict[str, object] = {
    StopReason.WISHES: _(
        "It has paused itself: unusually many people want no more texts. Look at the replies "
        "before you go on."
    ),
    StopReason.MONTH: PROBLEMS[LaunchProblem.MONTH_LIMIT],
}


def stopped(campaign: Campaign) -> str:
    """Why a campaign was stopped by itself, with its figures now; "" if a person has paused it."""
    if campaign.stopped_why == StopReason.FAILURES:
        failed, results = (shown(figure) for figure in guard.failures(campaign))
        words = _("It has paused itself: %(failed)s of the first %(results)s texts did not arrive.")
        return str(words % {"failed": failed, "results": results})
    return str(STOPPED.get(campaign.stopped_why, ""))


def title(campaign: Campaign) -> str:
    """The title of a campaign in the reader's language."""
    return detail_names.campaign_title(campaign)


def program(campaign: Campaign) -> str:
    """The name of the API key with which a program has sent a campaign."""
    return api_keys.name_of(campaign.api_key_id or 0)


def sender(shown: str) -> str:
    """A sender as people see it: a number with its gaps, or a name."""
    return pretty(shown) if shown.startswith("+") else shown


def to_whom(to: Addressed) -> str:
    """Whom a campaign is addressed to, in a sentence."""
    names, left_out = ", ".join(to.chosen.names), ", ".join(to.without.names)
    if to.follow_up:
        return _to_some(to.follow_up, left_out)
    if to.everyone and left_out:
        return str(_("To everyone, without %(left_out)s.") % {"left_out": left_out})
    if to.everyone:
        return str(_("To everyone."))
    if left_out:
        words = _("To: %(lists)s, without %(left_out)s.")
        return str(words % {"lists": names, "left_out": left_out})
    return str(_("To: %(lists)s.") % {"lists": names})


def _to_some(follow_up: FollowUp, left_out: str) -> str:
    whom = str(FOLLOW_UPS[follow_up.kind] % {"name": title(follow_up.campaign)})
    without = str(_("Without %(left_out)s.") % {"left_out": left_out})
    return f"{whom} {without}" if left_out else whom


def in_words(text: str) -> str:
    """A text that nobody gets, with the names of details."""
    return detail_names.in_words(text, my_account())


def why(status: str, reason: str) -> object:
    """Why a message was left out or did not arrive; "" when there is nothing to say."""
    if status == MessageStatus.SKIPPED:
        return SKIPPED.get(reason, _("Left out when the campaign was prepared."))
    return FAILED.get(reason) or BY_STATUS.get(MessageStatus(status), "")


def parts(figures: Figures, thinnest: float = THINNEST) -> Stacked:
    """The bar of what became of the texts of a campaign; who was left out is not in it."""
    no_answer = figures.sent - figures.delivered - figures.undelivered
    return stacked(
        [
            Part("good", figures.delivered, pgettext("texts", "arrived")),
            Part("bad", figures.not_delivered, pgettext("texts", "did not arrive")),
            Part("doubt", figures.unconfirmed, pgettext("of texts", "nobody knows")),
            Part("sent", no_answer, pgettext("texts", "sent, no answer yet")),
            Part("next", figures.waiting, pgettext("texts", "still to go")),
            Part("cancelled", figures.cancelled, pgettext("texts", "cancelled")),
        ],
        thinnest,
    )


def why_not_started(campaign: Campaign) -> str:
    """Why a scheduled campaign could not start by itself."""
    return str(PROBLEMS[LaunchProblem(campaign.not_started)])


def planned(campaign: Campaign) -> str:
    """The time at which it is to start, on the clocks for which that was said."""
    if departure.of(campaign).each_clock:
        return str(_("%(time)s on the clock of each person") % {"time": wall(campaign)})
    return moment(schedule.planned(campaign), zone=schedule.zone_named(campaign.planned_zone))


def wall(campaign: Campaign) -> str:
    """The time on the clock at which it is planned, in whichever zone."""
    return wall_time(schedule.wall(campaign))


def held(campaign: Campaign) -> datetime | None:
    """Until when a campaign is held; None if it is not, or only until its next batch leaves."""
    until = holding.held_until(campaign)
    next_batch = now() + timedelta(seconds=campaign.pace_seconds)
    return until if until and (not campaign.pace_size or until > next_batch) else None


def why_held(campaign: Campaign) -> str:
    """Why nothing leaves of a campaign that is held, and when it goes on."""
    words = CLOCKS if departure.of(campaign).each_clock else NIGHT
    return str(words % {"time": moment(held(campaign))})


def leaving(campaign: Campaign) -> str:
    """By whose clock a campaign leaves, and how it is spread, in a few words."""
    chosen = departure.of(campaign)
    way = spread(campaign) or str(_("all at once"))
    if chosen.each_clock:
        way = str(_("on the clock of each person, %(way)s") % {"way": way})
    if chosen.wide:
        way = str(_("%(way)s, every day from 7:00 to 22:00") % {"way": way})
    if chosen.validity:
        way = str(_("%(way)s, tried for %(time)s") % {"way": way, "time": validity(campaign)})
    return way


def validity(campaign: Campaign) -> str:
    """For how long a text is tried; "" if it is as long as is usual."""
    hours = departure.of(campaign).validity
    return about(timedelta(hours=hours)) if hours else ""


def spread(campaign: Campaign) -> str:
    """How a campaign is spread, in a few words; "" if it is not."""
    chosen = departure.of(campaign)
    if chosen.hours:
        return str(ngettext("evenly over %(num)s hour", "evenly over %(num)s hours", chosen.hours))
    if not chosen.size:
        return ""
    return str(
        ngettext(
            "in batches of %(people)s, every %(num)s minute",
            "in batches of %(people)s, every %(num)s minutes",
            chosen.minutes,
            people=shown(chosen.size),
        )
    )


def compares(test: AbTest) -> str:
    """How two texts are compared, in a few words."""
    words = _("text A or B to %(share)s of them, then the better one to the others")
    return str(words % {"share": share(test.share / 100)})


def origin(campaign: Campaign, test: AbTest | None) -> str:
    """Where a campaign comes from that nobody has sent as it stands; empty for all others."""
    if campaign.automation_id is not None:
        return str(_("By an automation"))
    part = ab_parts.part_of(test, campaign) if test else None
    if part:
        return str(_("Text %(text)s of a comparison") % {"text": part.upper()})
    if test and test.better:
        return str(_("Text %(text)s, to the others") % {"text": test.better.upper()})
    return ""


def by_how_much(found: Difference) -> str:
    """How large the difference between text B and text A is, for readers who know no statistics."""
    if not found.is_clear:
        return str(_("The difference may be chance: it is too small for so few people."))
    low, high = (share(abs(value)) for value in sorted((found.least, found.most), key=abs))
    words = _(
        "Text %(text)s does better: very likely it is %(low)s to %(high)s more of the people."
    )
    return str(words % {"text": "B" if found.seen > 0 else "A", "low": low, "high": high})


def problem(error: LaunchError) -> str:
    """The explanation of a refused launch, pause, resume or test."""
    return str(PROBLEMS[error.code])


def country(code: str) -> str:
    """The name of a country in the reader's language."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def countries(codes: Iterable[str]) -> str:
    """Several countries in the reader's language, by the alphabet."""
    return ", ".join(sorted(map(country, codes)))


def about(duration: timedelta) -> str:
    """A duration in words, such as "3 minutes"."""
    return str(format_timedelta(max(duration, timedelta(seconds=1)), threshold=1.5))


def short(duration: timedelta) -> str:
    """A duration as an axis names it, such as "5 min"."""
    return str(dates.format_timedelta(duration, format="short", threshold=1, locale=get_locale()))
