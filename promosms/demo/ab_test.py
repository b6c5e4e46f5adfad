"""The A/B test of the demo account: two texts about the same thing, and the better one after them.

It is launched, decided and paid by the functions of real ones.
"""

from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from promosms.demo import past
from promosms.models import AbMeasure, AbTest, Account, CampaignStatus, now
from promosms.services.campaigns import ab_tests, drafts, schedule
from promosms.services.campaigns import launch as launching
from promosms.services.campaigns.ab_tests import Choice
from promosms.services.campaigns.drafts import Draft

BEGAN = timedelta(days=6)
HOURS = 4
DRAFT = Draft(
    name="New workshops",
    text="Hi {first_name|there}, our workshops of this season are online: "
    "https://sms.example.com/workshops",
    short_links=True,
)
CHOICE = Choice(
    text_b="Hi {first_name|there}, throw your first bowl with us, only eight places an evening: "
    "https://sms.example.com/workshops",
    share=30,
    measure=AbMeasure.CLICKED,
    hours=HOURS,
)
OPENED_BY = (0.09, 0.22)  # text A, and text B, which the others get too


def seed(session: Session, account: Account, draft: Draft) -> None:
    """Compare both texts, and send the better one to the others; part of a transaction."""
    random, began = Random("two texts"), now() - BEGAN
    campaign = drafts.create(account, draft, key="")
    ab_tests.choose(campaign, CHOICE)
    test = session.get_one(AbTest, campaign.id)
    costs = ab_tests.costs(campaign, test)
    ab_tests.agree(campaign, costs.a.total, costs.b.total, costs.rest.recipients)
    launching.launch(campaign, costs.whole.total)
    for part, share in zip(ab_tests.parts(test), OPENED_BY, strict=True):
        past.end(session, part, began, random, share)
    schedule.launch_as_agreed(campaign, CampaignStatus.COMPARING, send_at=None)
    decided = began + timedelta(hours=HOURS, minutes=1)
    past.end(session, campaign, decided, random, OPENED_BY[1])
    test.begun_at, test.decided_at = began, decided
