"""Segments: save, change and delete them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignSegment,
    CampaignStatus,
    RecipientList,
    Segment,
    now,
)
from promosms.services.recipients.segments.conditions import Filter

MOST = 100
"""So many segments an account may have: their pages count each of them."""


class NameTaken(Exception):
    """The account already has a segment of this name."""


class ListGone(Exception):
    """A list that a condition names was deleted meanwhile."""


class TooMany(Exception):
    """The account has as many segments as it may have."""


class SegmentInUse(Exception):
    """An unfinished campaign is addressed to the segment, or leaves it out."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(campaign.public_id)
        self.campaign = campaign


def all_of(account_id: int) -> list[Segment]:
    """The segments of an account by name."""
    query = select(Segment).where(Segment.account_id == account_id)
    return list(db.session.scalars(query.order_by(func.lower(Segment.name))))


def create(account_id: int, name: str, chosen: Filter) -> Segment:
    """A new segment; raises NameTaken, ListGone and TooMany."""
    with _one_per_name(), transaction() as session:
        _keep_lists(session, account_id, chosen)
        if len(all_of(account_id)) >= MOST:
            raise TooMany
        segment = Segment(account_id=account_id, name=name.strip(), conditions=chosen.stored())
        session.add(segment)
        session.flush()
    return segment


def change(segment: Segment, name: str, chosen: Filter) -> None:
    """Give a segment another name and other conditions; raises NameTaken, ListGone, SegmentInUse.

    Not while a campaign is being prepared with it: that would get some of the one and some of the
    other recipients.
    """
    with _one_per_name(), transaction() as session:
        _keep_lists(session, segment.account_id, chosen)
        session.refresh(segment, with_for_update=True)
        segment.name = name.strip()
        if segment.conditions != chosen.stored():
            campaign = _used_by(segment, frozenset({CampaignStatus.PREPARING}))
            if campaign is not None:
                raise SegmentInUse(campaign)
            segment.conditions, segment.updated_at = chosen.stored(), now()
            segment.people = segment.counted_at = None


def why_not_delete(segment: Segment) -> Campaign | None:
    """The unfinished campaign that uses the segment, if there is one."""
    return _used_by(segment, CampaignStatus.UNFINISHED)


def delete(segment: Segment) -> None:
    """Delete a segment, not its recipients; raises SegmentInUse."""
    with transaction() as session:
        session.refresh(segment, with_for_update=True)
        campaign = why_not_delete(segment)
        if campaign is not None:
            raise SegmentInUse(campaign)
        session.delete(segment)


def with_list(recipient_list: RecipientList) -> Segment | None:
    """A segment with a condition about this list, if there is one."""
    return next(
        (
            segment
            for segment in all_of(recipient_list.account_id)
            if recipient_list.public_id in Filter.read(segment.conditions).lists()
        ),
        None,
    )


def _used_by(segment: Segment, statuses: frozenset[CampaignStatus]) -> Campaign | None:
    query = (
        select(Campaign)
        .join(CampaignSegment, CampaignSegment.campaign_id == Campaign.id)
        .where(CampaignSegment.segment_id == segment.id, Campaign.status.in_(statuses))
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def _keep_lists(session: Session, account_id: int, chosen: Filter) -> None:
    """Lock the lists that the conditions name, so that none is deleted meanwhile."""
    named = chosen.lists()
    query = select(RecipientList.public_id).where(
        RecipientList.account_id == account_id, RecipientList.public_id.in_(named)
    )
    found = session.scalars(query.order_by(RecipientList.id).with_for_update()).all()
    if set(found) != named:
        raise ListGone


@contextmanager
def _one_per_name() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise NameTaken from error
