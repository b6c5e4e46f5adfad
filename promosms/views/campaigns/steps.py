"""How far a campaign got: the steps from the people it was addressed to, to their answers."""

from promosms.language import pgettext
from promosms.lib.charts.funnel import Bar, Step, funnel
from promosms.services.campaigns.campaigns import Figures
from promosms.services.campaigns.responses import Responses


def bars(figures: Figures, answers: Responses, clicked: int) -> list[Bar]:
    """The steps with their bars, from counters and queries by index: cheap enough to refresh.

    `clicked`: so many people have opened a link.

    Who has answered is compared with those whose text left: a receipt may come late, or never.
    """
    left = figures.sent + figures.unconfirmed
    steps = [
        Step(pgettext("people", "Addressed"), figures.total + figures.skipped),
        Step(pgettext("people", "Texted"), left, figures.total + figures.skipped),
        Step(pgettext("people", "Got it"), figures.delivered, left),
    ]
    if clicked:
        steps.append(Step(pgettext("people", "Opened the link"), clicked, left))
    if answers.replied:
        steps.append(Step(pgettext("people", "Replied"), answers.replied, left))
    if answers.opted_out:
        steps.append(Step(pgettext("people", "Want no more texts"), answers.opted_out, left))
    return funnel(steps)
