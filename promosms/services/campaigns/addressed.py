"""Whom a campaign is addressed to: everyone, lists and segments, or some of another campaign.

A campaign of an automation is for those of them whose occasion is on its day.

A segment is looked up when somebody is: for the review, and again for the preparation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select

from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignList,
    CampaignSegment,
    ListRecipient,
    Recipient,
    RecipientList,
    Segment,
)
from promosms.services.campaigns.follow_ups import FollowUp
from promosms.services.campaigns.occasions import Occasion
from promosms.services.recipients.segments import queries


@dataclass(frozen=True)
class Choice:
    """Some lists and segments."""

    lists: Sequence[RecipientList] = ()
    segments: Sequence[Segment] = ()

    def __bool__(self) -> bool:
        return bool(self.lists or self.segments)

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [*(one.name for one in self.lists), *(one.name for one in self.segments)]

    def condition(self, moment: datetime | None = None) -> ColumnElement[bool]:
        """The condition that a recipient is on one of the lists, or in one of the segments."""
        ids = [one.id for one in self.lists]
        # A correlated subquery: with IN the database would build the set again for each page.
        on_list = exists().where(
            ListRecipient.list_id.in_(ids), ListRecipient.recipient_id == Recipient.id
        )
        members = [queries.conditions(one, moment) for one in self.segments]
        return or_(*([on_list.correlate(Recipient)] if ids else [false()]), *members)


@dataclass(frozen=True)
class Addressed:
    """Everyone, those of a choice, or some of another campaign; without those of another choice."""

    account_id: int
    everyone: bool
    chosen: Choice
    without: Choice
    follow_up: FollowUp | None = None
    occasion: Occasion | None = None

    @property
    def only_lists(self) -> bool:
        """Is nothing to be looked up but who is on a list?"""
        return not (self.without or self.chosen.segments or self.follow_up or self.occasion)

    def conditions(self, moment: datetime | None = None) -> list[ColumnElement[bool]]:
        """The conditions that a recipient is one of them."""
        found: list[ColumnElement[bool]] = [Recipient.account_id == self.account_id]
        if self.follow_up:
            found.append(self.follow_up.condition())
        elif not self.everyone:
            found.append(self.chosen.condition(moment))
        if self.occasion:
            found += self.occasion.conditions()
        if self.without:
            # What is not known is no reason to leave somebody out.
            found.append(~func.coalesce(self.without.condition(moment), false()))
        return found

    def select(self, *columns: Any, moment: datetime | None = None) -> Select[Any]:
        """A query over them."""
        return select(*columns).where(*self.conditions(moment))


def of(campaign: Campaign) -> Addressed:
    """Whom a campaign is addressed to."""
    lists = select(RecipientList, CampaignList.excluded).join(
        CampaignList, CampaignList.list_id == RecipientList.id
    )
    segments = select(Segment, CampaignSegment.excluded).join(
        CampaignSegment, CampaignSegment.segment_id == Segment.id
    )
    on_lists = db.session.execute(
        lists.where(CampaignList.campaign_id == campaign.id).order_by(RecipientList.name)
    ).all()
    in_segments = db.session.execute(
        segments.where(CampaignSegment.campaign_id == campaign.id).order_by(Segment.name)
    ).all()
    included, excluded = (
        Choice(
            [row[0] for row in on_lists if row[1] is left_out],
            [row[0] for row in in_segments if row[1] is left_out],
        )
        for left_out in (False, True)
    )
    follow_up, occasion = FollowUp.of(campaign), Occasion.of(campaign)
    if campaign.automation_id is not None and occasion is None:  # the automation was deleted
        return Addressed(campaign.account_id, False, Choice(), Choice())
    everyone = campaign.everyone
    return Addressed(campaign.account_id, everyone, included, excluded, follow_up, occasion)


def chosen(account_id: int, lists: Sequence[str], segments: Sequence[str]) -> Choice:
    """The lists and segments of an account with these public ids."""
    found_lists = select(RecipientList).where(
        RecipientList.account_id == account_id, RecipientList.public_id.in_(lists)
    )
    found_segments = select(Segment).where(
        Segment.account_id == account_id, Segment.public_id.in_(segments)
    )
    return Choice(
        db.session.scalars(found_lists.order_by(RecipientList.name)).all() if lists else [],
        db.session.scalars(found_segments.order_by(Segment.name)).all() if segments else [],
    )
