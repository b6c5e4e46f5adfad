"""E-mails about campaigns: why one has paused itself, and the second yes that one needs."""

from promosms.language import gettext as _
from promosms.language import money, ngettext, number
from promosms.models import Campaign, YesRequest
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


def second_yes_asked(campaign: Campaign, request: YesRequest, asker: str) -> EmailText:
    """To those who may say yes to what `asker` (an e-mail address) wants to send."""
    name = detail_names.campaign_title(campaign)
    return _("%(email)s asks for your yes: “%(name)s”", email=asker, name=name), paragraphs(
        ngettext(
            "%(email)s wants to send “%(name)s” to %(people)s person for %(price)s. So dear a "
            "campaign leaves only when a second person of your account agrees.",
            "%(email)s wants to send “%(name)s” to %(people)s people for %(price)s. So dear a "
            "campaign leaves only when a second person of your account agrees.",
            request.people,
            email=asker,
            name=name,
            people=number(request.people),
            price=money(request.price),
        ),
        _("Read it, and say yes or no:"),
        public_address(f"/campaigns/{campaign.public_id}/review"),
        _("Nothing is sent before. One yes is enough."),
    )


def second_yes_given(campaign: Campaign, by: str) -> EmailText:
    """To the one who has asked: `by` (an e-mail address) has said yes."""
    name = detail_names.campaign_title(campaign)
    return _("%(email)s has said yes: “%(name)s”", email=by, name=name), paragraphs(
        _("%(email)s has said yes to your campaign “%(name)s”. It leaves.", email=by, name=name)
        if not campaign.planned_time
        else _(
            "%(email)s has said yes to your campaign “%(name)s”. It leaves at its time.",
            email=by,
            name=name,
        ),
        public_address(f"/campaigns/{campaign.public_id}"),
    )


def second_yes_refused(campaign: Campaign, request: YesRequest, by: str) -> EmailText:
    """To the one who has asked: `by` (an e-mail address) has said no."""
    name = detail_names.campaign_title(campaign)
    why = [_("The reason: %(reason)s", reason=request.why)] if request.why else []
    return _("%(email)s has said no: “%(name)s”", email=by, name=name), paragraphs(
        _("%(email)s has said no to your campaign “%(name)s”.", email=by, name=name),
        *why,
        _("Nothing was sent. You can change it, and ask again:"),
        public_address(f"/campaigns/{campaign.public_id}/review"),
    )


def amount_changed(before: int | None, after: int | None, by: str) -> EmailText:
    """To the owners: from another amount (1/10,000) on a campaign needs two people."""
    never = _("never")
    return _("Another amount needs a second yes"), paragraphs(
        _(
            "%(email)s has changed above which price a campaign needs the yes of a second person.",
            email=by,
        ),
        _("Before: %(amount)s", amount=never if before is None else money(before)),
        _("Now: %(amount)s", amount=never if after is None else money(after)),
        public_address("/billing/limits"),
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
