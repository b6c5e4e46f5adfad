"""Availability: why a campaign may not be sent under its sender now.

The launch, the preparation and the continuation of a campaign ask here; so must everything else
that starts one.
"""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db import row_security
from promosms.models import Campaign, Route, SenderDecision, SenderStatus


class SenderProblem(StrEnum):
    """Why not."""

    NAME_GONE = "name_gone"
    """The name is not approved any more, or never was."""
    NAME_NOT_ON_ROUTE = "name_not_on_route"
    """The route carries no names of customers."""


def why_not(session: Session, campaign: Campaign, *, lock: bool = False) -> SenderProblem | None:
    """Why the campaign may not be sent under its sender; None if it may.

    With `lock` the answer holds until the end of the transaction: a revocation waits for it, or
    this sees it.
    """
    if campaign.sender_id is None:
        return None
    query = select(SenderDecision.status).where(
        SenderDecision.sender_id == campaign.sender_id,
        SenderDecision.account_id == campaign.account_id,
    )
    query = query.with_for_update(read=True) if lock else query
    with row_security.bypass("pages of customers may not lock a decision"):
        status = session.scalar(query)
    if status != SenderStatus.APPROVED:
        return SenderProblem.NAME_GONE
    names = session.scalar(select(Route.names).where(Route.id == campaign.route_id))
    return None if names else SenderProblem.NAME_NOT_ON_ROUTE
