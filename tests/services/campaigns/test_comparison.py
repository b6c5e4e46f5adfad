"""Two campaigns side by side."""

from datetime import timedelta

import pytest

from promosms.db.transactions import transaction
from promosms.models import (
    Campaign,
    CampaignBreakdown,
    CampaignStatus,
    GroupedBy,
    Link,
    MessageCount,
    now,
)
from promosms.services.campaigns import comparison
from promosms.services.campaigns.comparison import Figures
from promosms.services.installation import defaults
from tests.support.cast import Cast


def campaign(account: int, hours: int = 1, **values: object) -> Campaign:
    """A campaign that was sent so many hours ago."""
    with transaction() as session:
        row = Campaign(
            account_id=account,
            route_id=defaults.default_route().id,
            **{
                "launched_at": now() - timedelta(hours=hours),
                "status": CampaignStatus.FINISHED,
                **values,
            },
        )
        session.add(row)
    return row


def test_what_neither_has_is_left_out_and_chance_is_told_from_more(
    context: None, cast: Cast
) -> None:
    first = Figures(1000, 970, None, 60, 5, 450_000)
    second = Figures(1000, 968, None, 30, 6, 450_000)
    found = {one.name: one for one in comparison.measures(first, second)}
    assert set(found) == {"got", "replied", "opted_out"}
    clear = {name: one.difference.is_clear for name, one in found.items() if one.difference}
    assert clear == {"got": False, "replied": True, "opted_out": False}
    assert (first.price_of_one, Figures(0, 0, 1, 0, 0, 0).price_of_one) == (464, None)
    half = comparison.measures(first, Figures(1000, 900, 40, 0, 0, 1))
    assert {one.name for one in half} == {"got", "clicked", "replied", "opted_out"}
    assert next(one for one in half if one.name == "clicked").difference is None
    nobody = comparison.measures(first, Figures(0, 0, None, 0, 0, 0))
    assert [one.difference for one in nobody] == [None, None, None]


@pytest.mark.parametrize("linked", [True, False])
def test_a_campaign_whose_messages_were_deleted_keeps_its_figures(
    context: None, cast: Cast, linked: bool
) -> None:
    account = cast.owner.account_id
    old = campaign(account, n_delivered=8, n_sent=1, n_expired=1, n_unknown=2)
    with transaction() as session:
        if linked:
            link = Link(account_id=account, campaign_id=old.id, target="https://x.example")
            link.people = 3
            session.add(link)
        session.add(
            MessageCount(
                campaign_id=old.id,
                account_id=account,
                status="delivered",
                reason="",
                country="PL",
                parts=1,
                price=300,
                messages=12,
                charged=2700,
                deleted_at=now(),
            )
        )
        session.add_all(
            CampaignBreakdown(
                campaign_id=old.id,
                account_id=account,
                grouped_by=by,
                name=name,
                replied=2,
                opted_out=1,
            )
            for by, name in ((GroupedBy.COUNTRY, "PL"), (GroupedBy.COUNTRY, "DE"), ("list", "x"))
        )
    assert comparison.figures(old) == Figures(12, 8, 3 if linked else None, 4, 2, 0)


def test_figures_are_settled_a_week_after_the_end(context: None, cast: Cast) -> None:
    for age, settled in (
        (timedelta(days=7, minutes=1), True),
        (timedelta(days=6, hours=23), False),
    ):
        ended = campaign(cast.owner.account_id, finished_at=now() - age)
        assert comparison.is_settled(ended) is settled, age
    assert not comparison.is_settled(campaign(cast.owner.account_id, status="paused"))


def test_what_was_sent_is_offered_the_latest_first(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    campaign(cast.stranger.account_id)
    older, mine, newer = (campaign(account, hours) for hours in (9, 5, 2))
    campaign(account, status=CampaignStatus.DRAFT, launched_at=None)
    campaign(account, status=CampaignStatus.PREPARING)
    running = campaign(account, 7, status=CampaignStatus.SENDING)
    assert comparison.offered(mine) == [newer, running, older]
