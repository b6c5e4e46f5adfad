"""The further texts that a report offers, to some of the people of its campaign."""

from promosms.language import lazy_gettext as _
from promosms.language import ngettext, number
from promosms.models import Campaign, FollowUpKind
from promosms.services.campaigns import campaigns, follow_ups

AMONG_THOSE_WHO_GOT_IT = {
    FollowUpKind.NOT_ANSWERED: _("Text those who did not answer"),
    FollowUpKind.NOT_CLICKED: _("Text those who did not open a link"),
}


def offered(campaign: Campaign) -> list[tuple[FollowUpKind, str]]:
    """The kinds of follow-ups that can reach anybody, with the words of their buttons.

    Who did not get the text is counted by a small index. Who did not answer or open a link is not:
    that would read all messages for each refresh, and the draft says how many they are.
    """
    found: list[tuple[FollowUpKind, str]] = []
    figures = campaigns.figures(campaign)
    if figures.not_delivered and follow_ups.possible(campaign, FollowUpKind.NOT_GOT):
        people = follow_ups.count(campaign, FollowUpKind.NOT_GOT)
        words = ngettext(
            "Text %(n)s person who did not get it",
            "Text the %(n)s people who did not get it",
            people,
            n=number(people),
        )
        found += [(FollowUpKind.NOT_GOT, words)] if people else []
    # A program may have named people who are no recipients: then a follow-up would be for nobody.
    got = 0 if campaign.api_key_id else figures.sent - figures.undelivered
    for kind, words in AMONG_THOSE_WHO_GOT_IT.items():
        if got and follow_ups.possible(campaign, kind):
            found.append((kind, str(words)))
    return found
