"""E-mails about campaigns: why one was paused by itself."""

from promosms.language import gettext as _
from promosms.language import number
from promosms.models import Campaign
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.services.recipients import detail_names
from promosms.urls import public_address


def failures(campaign: Campaign, failed: int, results: int) -> EmailText:
    """To an owner: too many texts of a campaign did not arrive."""
    return _paused(
        campaign,
        _(
            "%(failed)s of the first %(results)s texts did not arrive. Many numbers of the list "
            "may be old or wrong, or the network has a fault.",
            failed=number(failed),
            results=number(results),
        ),
    )


def wishes(campaign: Campaign, wished: int, people: int) -> EmailText:
    """To an owner: too many people of a campaign want no more texts."""
    return _paused(
        campaign,
        _(
            "%(wished)s of the first %(people)s people want no more texts, or it seems so. Perhaps "
            "the list is not the one that you meant, or they do not know who is writing to them.",
            wished=number(wished),
            people=number(people),
        ),
    )


def _paused(campaign: Campaign, why: str) -> EmailText:
    name = detail_names.campaign_title(campaign)
    return _("“%(name)s” has paused itself", name=name), paragraphs(
        _("Nothing more of your campaign “%(name)s” is sent at the moment.", name=name),
        why,
        _("Look at its report. There you can continue, or cancel the rest and get its price back:"),
        public_address(f"/campaigns/{campaign.public_id}"),
        _("When a campaign pauses itself is your choice:"),
        public_address("/billing/limits"),
    )
