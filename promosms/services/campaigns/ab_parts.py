"""The parts of an A/B test: who gets text A, who text B, and who are the others.

People are drawn by the id of their row and that of the campaign: everybody has a place from 0 to 1,
the same whenever it is asked, and another one in another campaign. Whoever has a message of one
part is in no other, also if they were deleted and added again, which gives them another place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from promosms.extensions import db
from promosms.models import AbTest, AbText, Campaign, Message, Recipient

WHOLE = 2**32
STEP = 2_654_435_769
"""The golden ratio of `WHOLE`: multiples of it are spread evenly over it, whichever ids follow."""
TURN = 2_246_822_519
"""From the place of somebody in one campaign to that in the next one; prime."""
SMALL = 2**31
"""So the product with `STEP` fits into 64 bits."""


@dataclass(frozen=True)
class Shares:
    """So many percent of the people of a campaign get one of two texts."""

    campaign_id: int
    percent: int

    def of(self, text: AbText) -> ColumnElement[bool]:
        """The condition that a recipient is to get this text."""
        half = self._up_to(self.percent / 2)
        return half if text == AbText.A else ~half & self._up_to(self.percent)

    def rest(self) -> ColumnElement[bool]:
        """The condition that a recipient is one of the others."""
        return ~self._up_to(self.percent)

    def _up_to(self, percent: float) -> ColumnElement[bool]:
        drawn = Recipient.id % SMALL * STEP + self.campaign_id * TURN % WHOLE
        return drawn % WHOLE < int(WHOLE * percent / 100)


def test_of(campaign: Campaign) -> AbTest | None:
    """The A/B test of a campaign, or the one of which it is a part."""
    query = select(AbTest).where(
        or_(
            AbTest.campaign_id == campaign.id,
            AbTest.a_id == campaign.id,
            AbTest.b_id == campaign.id,
        )
    )
    return db.session.scalar(query)


def tests_of(campaigns: Sequence[Campaign]) -> dict[int, AbTest]:
    """The A/B tests that have begun, by the ids of their parts and of the whole, of these."""
    ids = [campaign.id for campaign in campaigns]
    columns = (AbTest.campaign_id, AbTest.a_id, AbTest.b_id)
    query = select(AbTest).where(
        or_(*(column.in_(ids) for column in columns)), AbTest.begun_at.is_not(None)
    )
    found = db.session.scalars(query).all()
    return {i: test for test in found for i in (test.campaign_id, test.a_id, test.b_id) if i in ids}


def part_of(test: AbTest, campaign: Campaign) -> AbText | None:
    """Which of its texts a campaign is; None for the campaign that has the test."""
    return {test.a_id: AbText.A, test.b_id: AbText.B}.get(campaign.id)


def conditions(campaign: Campaign) -> list[ColumnElement[bool]]:
    """The conditions that a recipient is in this campaign, if it has to do with an A/B test.

    Before the test begins its campaign is for all of them.
    """
    test = test_of(campaign)
    if test is None or test.begun_at is None:
        return []
    shares, text = Shares(test.campaign_id, test.share), part_of(test, campaign)
    others = [test.a_id, test.b_id, test.campaign_id]
    mine = shares.of(text) if text else shares.rest()
    has_another = exists().where(
        Message.campaign_id.in_(sorted(i for i in others if i not in (None, campaign.id))),
        Message.phone == Recipient.phone,
    )
    return [mine, ~has_another.correlate(Recipient)]
