"""A/B tests of drafts: who would get which text, and what is not begun."""

import pytest
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AbMeasure, AbTest, AbText, Account, Campaign, CampaignStatus, Recipient
from promosms.services.campaigns import ab_tests, drafts, launch
from promosms.services.campaigns.ab_tests import Choice
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from tests.services.sending.test_ab_tests import A, B, draft, stored_test
from tests.support.cast import Cast


@pytest.mark.parametrize("share", [10, 20, 30, 50])
def test_the_parts_are_drawn_evenly_whatever_the_campaign(
    context: None, cast: Cast, share: int
) -> None:
    """Also of those who follow each other in a list, and others in another campaign."""
    campaign = draft(cast, 400, share)
    drawn = []
    for number in (campaign.id, campaign.id + 1, campaign.id + 1000):
        shares = ab_tests.Shares(number, share)
        groups = [
            set(db.session.scalars(select(Recipient.id).where(condition)))
            for condition in (shares.of(AbText.A), shares.of(AbText.B), shares.rest())
        ]
        sizes = [len(group) for group in groups]
        assert (
            sum(sizes)
            == len(set.union(*groups))
            == db.session.scalar(select(func.count(Recipient.id)))
        )
        assert all(abs(size - 2 * share) <= 4 for size in sizes[:2]), sizes
        drawn.append(groups[0])
    assert len(drawn[0] & drawn[1]) < len(drawn[0])


def test_what_can_never_be_known_is_not_begun(context: None, cast: Cast) -> None:
    campaign = draft(cast, 60)
    ab_tests.choose(campaign, Choice(B, 20, AbMeasure.CLICKED, 1))
    with pytest.raises(LaunchError) as error:
        launch.launch(campaign, 10**6)
    assert error.value.code == LaunchProblem.AB_UNMEASURABLE
    with_links = f"{A} kawa.pl/1"
    with transaction():
        campaign.text, campaign.short_links = with_links, True
    test = stored_test(campaign)
    assert ab_tests.unmeasurable(campaign, test)
    ab_tests.choose(campaign, Choice(f"{B} kawa.pl/2", 20, AbMeasure.CLICKED, 1))
    assert not ab_tests.unmeasurable(campaign, stored_test(campaign))


def test_the_second_text_is_checked_as_the_first(context: None, cast: Cast) -> None:
    campaign = draft(cast, 60, text_b="Hi {nickname}")
    for text_b, problem in (
        ("Hi {nickname}", LaunchProblem.UNKNOWN_PLACEHOLDER),
        (" ", LaunchProblem.EMPTY_TEXT),
        ("x" * 1000, LaunchProblem.TOO_LONG),
        ("A discount only today, buy now", LaunchProblem.LIKE_PROMOTION),
    ):
        ab_tests.choose(campaign, Choice(text_b, 20, AbMeasure.REPLIED, 1))
        with pytest.raises(LaunchError) as error:
            launch.launch(campaign, 10**6)
        assert error.value.code == problem
        assert campaign.status == CampaignStatus.DRAFT


def test_how_large_a_difference_chance_makes(context: None) -> None:
    """Of a hundred people each, of whom ten reply: Wilson gives 0.0552 to 0.1744."""
    assert round(ab_tests.by_chance(100), 3) == 0.087
    assert ab_tests.by_chance(1000) < 0.03
    assert ab_tests.by_chance(0) == 1.0


def test_a_draft_forgets_its_test(context: None, cast: Cast) -> None:
    campaign = draft(cast, 60)
    ab_tests.choose(campaign, None)
    assert ab_tests.of(campaign) is None
    ab_tests.choose(campaign, Choice(B, 20, AbMeasure.REPLIED, 1))
    drafts.remove(campaign)
    assert db.session.scalar(select(func.count(AbTest.campaign_id))) == 0


def test_a_test_that_is_given_up_in_another_window_is_not_begun(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the draft and its launch."""
    campaign = draft(cast, 60)
    of, seen = ab_tests.of, []

    def given_up(one: Campaign) -> AbTest | None:
        found = of(one)
        if not seen:
            seen.append(found)
            ab_tests.choose(one, None)
        return found

    monkeypatch.setattr(ab_tests, "of", given_up)
    with pytest.raises(LaunchError) as error:
        launch.launch(campaign, 300)
    assert error.value.code == LaunchProblem.PRICE_CHANGED
    assert campaign.status == CampaignStatus.DRAFT


def test_it_begins_only_when_all_of_it_can_be_paid(context: None, cast: Cast) -> None:
    campaign = draft(cast, 60)
    balance = db.session.get_one(Account, cast.owner.account_id).balance
    with pytest.raises(LaunchError) as error:
        launch.launch(campaign, balance + 1)
    assert error.value.code == LaunchProblem.AB_MONEY
    assert (campaign.status, ab_tests.parts_of(campaign)) == (CampaignStatus.DRAFT, [])
    launch.launch(campaign, balance)
    assert campaign.status == CampaignStatus.COMPARING
