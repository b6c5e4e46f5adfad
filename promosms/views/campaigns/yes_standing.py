"""What pages say of the second yes that a campaign needs: who has asked, and who may answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from promosms.models import Campaign, CampaignStatus, YesRequest, YesState
from promosms.services.auth import people
from promosms.services.auth.rights import Right
from promosms.services.campaigns import second_yes, yes_requests
from promosms.web.access import has, me


@dataclass(frozen=True)
class YesStanding:
    """How far the second yes is, for the one who reads the page.

    It is needed above `above` (1/10,000). `asker` and `decider` are e-mail addresses, `others`
    those of the people who could say yes if the reader asked.
    """

    above: int
    request: YesRequest | None
    asker: str
    decider: str
    others: Sequence[str]

    @property
    def asked(self) -> bool:
        """Does it wait for an answer?"""
        return self.request is not None and asked(self.request)

    @property
    def refused(self) -> bool:
        """Was it refused, and nothing changed since?"""
        return self.request is not None and self.request.state == YesState.REFUSED

    @property
    def mine(self) -> bool:
        """Has the reader asked?"""
        return self.request is not None and self.request.asked_by == me().public_id

    @property
    def wanted(self) -> bool:
        """Is it the reader who is asked?"""
        return self.asked and not self.mine and has(Right.SEND)


def asked(request: YesRequest) -> bool:
    """Is it undecided?"""
    return request.state == YesState.ASKED


def of(campaign: Campaign, price: int) -> YesStanding | None:
    """For a campaign of this price (1/10,000); None if it needs no second yes."""
    above = second_yes.amount(campaign.account_id)
    if above is None or price <= above:
        return None
    request = second_yes.of(campaign)
    ids = (request.asked_by, request.decided_by) if request else ()
    names = people.emails_of(campaign.account_id, ids)
    others = yes_requests.others(campaign.account_id, me().public_id)
    return YesStanding(
        above,
        request,
        names.get(request.asked_by, "") if request else "",
        names.get(request.decided_by, "") if request else "",
        [user.email for user in others],
    )


def of_blocked(campaign: Campaign) -> YesStanding | None:
    """For the new price of a campaign that waits for an agreement; None without one."""
    dearer = campaign.total_price > campaign.agreed_price
    if campaign.status != CampaignStatus.BLOCKED or campaign.not_started or not dearer:
        return None
    return of(campaign, campaign.total_price)
