"""Words about automatic answers: what they go back to, and why one was not sent."""

from promosms.language import gettext as _
from promosms.language import lazy_gettext
from promosms.models import AnswerKind, AutomaticAnswer, now
from promosms.services.automatic_answers import answers
from promosms.services.inbox import automatic_answers
from promosms.services.inbox.direct_texts import Refusal

MISSED = {
    automatic_answers.MONEY: lazy_gettext("your balance was too small"),
    automatic_answers.DAILY_LIMIT: lazy_gettext("as many had gone as may go in 24 hours"),
    Refusal.NOT_AGREED: lazy_gettext(
        "it would have cost more than you agreed to; save it once more to agree to the new price"
    ),
    Refusal.MONTH_LIMIT: lazy_gettext("you would have spent more in this month than you want to"),
    Refusal.SUSPENDED: lazy_gettext("your account cannot send at the moment"),
    Refusal.TRIAL_GUEST: lazy_gettext(
        "they are not on your guest list, and your account is still on trial"
    ),
    Refusal.TRIAL_DAY: lazy_gettext("the texts of the trial were used up for the day"),
    Refusal.NO_PRICE: lazy_gettext("there is no price for their country"),
    Refusal.NO_GATEWAY: lazy_gettext("no line led back from the number that they wrote to"),
}
"""Why one was not sent, as the end of a sentence."""


def title(answer: AutomaticAnswer) -> str:
    """What an answer goes back to."""
    if answer.kind == AnswerKind.KEYWORD:
        return answer.keyword
    closed = answer.kind == AnswerKind.CLOSED
    return str(_("While you are closed") if closed else _("While you are open"))


def missed(answer: AutomaticAnswer) -> str:
    """Why it was not sent lately, as the end of a sentence; empty if nothing was missed."""
    lately = answer.missed_at is not None and answer.missed_at > now() - answers.MISSED
    return str(MISSED.get(answer.reason, "")) if lately else ""
