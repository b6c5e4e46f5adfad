"""Why people did not get a text of a campaign, what can be done about it, and where."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from promosms.language import lazy_gettext as _
from promosms.models import Campaign, MessageStatus
from promosms.services.accounts import trial
from promosms.services.campaigns import audience
from promosms.services.senders import chosen
from promosms.services.sending.opt_outs import HELD, NO_CONSENT, OPTED_OUT
from promosms.services.sending.validity import TOO_LATE
from promosms.views.campaigns import labels

CHECK = _("Check the number when you next see them.")
SHORTER = _("A shorter text goes through.")
ASK = _("The operator knows whether that will change.")
OTHER_SENDER = _("With a number as the sender they can be reached.")
LATER = _("Try again another time.")
# What can be done about a text that left, by its reason or its status.
ADVICE = {
    MessageStatus.UNDELIVERED: CHECK,
    MessageStatus.EXPIRED: LATER,
    "bad_number": CHECK,
    "busy": LATER,
    "opted_out": _("They are left out from now on."),
    "country": ASK,
    "partly": SHORTER,
    "too_long": SHORTER,
}
# The same about people who were left out.
ADVICE_LEFT_OUT = {
    OPTED_OUT: _("Only they can take it back, by texting START."),
    HELD: _("Read the reply and decide."),
    NO_CONSENT: _("Ask them, and note their answer on their page."),
    TOO_LATE: LATER,
    audience.NO_PRICE: ASK,
    audience.NO_GATEWAY: ASK,
    chosen.NOT_REGISTERED: OTHER_SENDER,
    chosen.NO_NAMES: OTHER_SENDER,
    audience.TOO_LONG: SHORTER,
}
# Where that is done: the page, and what its link says.
PLACES = {
    HELD: ("inbox.index", _("Read the replies")),
    NO_CONSENT: ("sign_up_forms.index", _("Ask them with a sign-up form")),
    trial.UNCONFIRMED: ("guests.index", _("See your guests")),
    trial.SKIPPED: ("guests.index", _("See your guests")),
}
LEFT_OUT = "left-out-"
"""Before the reason of people who were left out, in the address of a report."""
Count = tuple[str, str, int]
"""Status, reason, and the number of messages."""


@dataclass(frozen=True)
class Link:
    """A link to what helps."""

    label: object
    url: str


@dataclass(frozen=True)
class Reason:
    """Why so many people did not get a text, and what can be done about it, if anything."""

    key: str
    why: str
    advice: str
    people: int
    links: Sequence[Link] = ()


def found(campaign: Campaign, rows: Iterable[Count], *, left_out: bool) -> list[Reason]:
    """The reasons of those who were left out, or of the others, in words, the greatest first.

    What is said in the same words is one reason.
    """
    people: Counter[str] = Counter()
    first: dict[str, tuple[str, str]] = {}
    for status, reason, number in rows:
        if (status == MessageStatus.SKIPPED) == left_out:
            key = key_of(status, reason)
            first.setdefault(key, (status, reason))
            people[key] += number
    return [_reason(campaign, key, *first[key], number) for key, number in people.most_common()]


def key_of(status: str, reason: str) -> str:
    """What is one reason for the reader; the address of a report names it."""
    if status == MessageStatus.SKIPPED:
        return LEFT_OUT + (reason if reason in labels.SKIPPED else "")
    if reason in labels.FAILED:
        return reason
    return "rejected" if status == MessageStatus.FAILED else status


def of_key(rows: Iterable[Count], key: str) -> list[tuple[str, str]]:
    """The statuses and reasons of the messages that this key stands for."""
    return [(status, reason) for status, reason, _n in rows if key_of(status, reason) == key]


def _reason(campaign: Campaign, key: str, status: str, reason: str, people: int) -> Reason:
    left_out = status == MessageStatus.SKIPPED
    advice = ADVICE_LEFT_OUT.get(reason) if left_out else ADVICE.get(reason) or ADVICE.get(status)
    links = [Link(label, url_for(page)) for page, label in [PLACES.get(reason, ("", ""))] if page]
    if reason != trial.SKIPPED:  # there are no messages of those
        url = url_for("campaigns.report", public_id=campaign.public_id, why=key)
        links.append(Link(_("Show them"), f"{url}#recipients"))
    why = str(labels.why(status, reason))
    return Reason(key, why, str(advice or ""), people, links)
