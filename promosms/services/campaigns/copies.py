"""Campaigns that are made of another one: with its text, its sender and its audience."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.models import Campaign, CampaignList, CampaignSegment

COPIED = (
    *("account_id", "route_id", "sender_id", "name", "text", "kind", "opt_out_line"),
    *("language", "plain_details", "short_links", "everyone", "wide_hours", "validity_hours"),
    *("service_confirmed_by", "service_confirmed_at"),
)


def unstored(original: Campaign, **values: object) -> Campaign:
    """A copy as it would be, with other `values`: it has the id of its original, so its audience
    can be read, and is in no session."""
    return Campaign(id=original.id, **_values(original, values))


def store(session: Session, original: Campaign, **values: object) -> Campaign:
    """A copy as a draft, with other `values`, and the lists and segments of its original."""
    campaign = Campaign(**_values(original, values))
    session.add(campaign)
    session.flush()
    own = {"campaign_id": campaign.id, "account_id": original.account_id}
    on_lists = select(CampaignList).where(CampaignList.campaign_id == original.id)
    for row in session.scalars(on_lists).all():
        session.add(CampaignList(list_id=row.list_id, excluded=row.excluded, **own))
    in_segments = select(CampaignSegment).where(CampaignSegment.campaign_id == original.id)
    for each in session.scalars(in_segments).all():
        session.add(CampaignSegment(segment_id=each.segment_id, excluded=each.excluded, **own))
    session.flush()
    return campaign


def _values(original: Campaign, values: dict[str, object]) -> dict[str, object]:
    return {**{name: getattr(original, name) for name in COPIED}, **values}
