"""A campaign that will be blocked gets no messages, and tries that lead to nothing are limited."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    Email,
    Message,
    Price,
    Recipient,
    RouteGateway,
    now,
)
from promosms.services.campaigns import audience, campaigns, launch, preparation
from promosms.services.campaigns.launch import IN_VAIN
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.sending import sweep
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast

PEOPLE, PRICE = 4, 300


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    """The owner's account with some recipients; its balance is 100,000."""
    recipients(cast.owner.account_id, range(PEOPLE))
    return db.session.get_one(Account, cast.owner.account_id)


def recipients(account_id: int, numbers: range) -> None:
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=account_id,
                phone=f"+486015550{number:02}",
                country="PL",
                consent=Consent.GIVEN,
            )
            for number in numbers
        )


def draft(account: Account) -> Campaign:
    with transaction() as session:
        campaign = Campaign(
            account_id=account.id,
            route_id=defaults.default_route().id,
            text="Hello",
            everyone=True,
        )
        session.add(campaign)
    return campaign


def launched(account: Account) -> Campaign:
    """A campaign that was reviewed and sent."""
    campaign = draft(account)
    estimate = audience.estimate(campaign)
    launch.launch(campaign, estimate.total, reviewed=estimate.everybody)
    return campaign


def spend_all_but(account: Account, left: int) -> None:
    ledger.adjust(account.id, left - 100_000, "adjust:test", "a test", "admin")


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Message)) or 0


def prepared(campaign: Campaign) -> CampaignStatus | None:
    status = preparation.prepare(campaign.id)
    db.session.refresh(campaign)
    return status


def test_without_money_there_are_no_messages_until_it_comes(account: Account) -> None:
    spend_all_but(account, PEOPLE * PRICE - 1)
    first = launched(account)
    for campaign in (first, launched(account)):
        assert prepared(campaign) == CampaignStatus.BLOCKED
        assert (campaign.total_price, campaign.missing) == (PEOPLE * PRICE, 1)
    assert rows() == 0
    assert db.session.scalar(select(func.count()).select_from(Email)) == 2
    assert sweep.continue_blocked() == []
    launch.resume(first)  # "Continue" without a top-up
    assert prepared(first) == CampaignStatus.BLOCKED
    assert rows() == 0
    ledger.credit(account.id, 1, "credit:test")
    assert set(sweep.continue_blocked()) == {first.id, campaign.id}
    assert prepared(campaign) == CampaignStatus.BLOCKED  # the money is for the first one
    assert prepared(first) == CampaignStatus.SENDING
    assert (first.total_price, first.n_parts, first.missing) == (PEOPLE * PRICE, PEOPLE, 0)
    assert rows() == PEOPLE
    check_books(account.id)


def test_exactly_enough_money_is_enough(account: Account) -> None:
    spend_all_but(account, PEOPLE * PRICE)
    assert prepared(launched(account)) == CampaignStatus.SENDING


def test_of_several_at_once_only_those_are_prepared_that_can_be_paid(account: Account) -> None:
    spend_all_but(account, 2 * PEOPLE * PRICE)
    many = [launched(account) for _ in range(4)]
    # The last ones first: they do not count on money that earlier ones will need.
    assert [prepared(campaign) for campaign in reversed(many)] == ["blocked"] * 2 + ["sending"] * 2
    assert rows() == 2 * PEOPLE
    assert [campaign.missing for campaign in many] == [0, 0, PEOPLE * PRICE, 2 * PEOPLE * PRICE]
    check_books(account.id)


def test_more_recipients_than_were_reviewed_are_asked_for_first(account: Account) -> None:
    campaign = draft(account)
    estimate = audience.estimate(campaign)
    recipients(account.id, range(PEOPLE, PEOPLE + 3))
    launch.launch(campaign, estimate.total, reviewed=estimate.everybody)
    assert prepared(campaign) == CampaignStatus.BLOCKED
    assert (campaign.total_price, campaign.missing) == ((PEOPLE + 3) * PRICE, 0)
    assert rows() == 0
    launch.resume(campaign)
    assert prepared(campaign) == CampaignStatus.SENDING
    assert rows() == PEOPLE + 3


UNREACHABLE = {
    "no price": update(Price).values(amount=None),
    "no gateway": update(RouteGateway).values(countries="DE"),
    "no consent": update(Recipient).values(consent=Consent.NONE),
    "another country": update(Recipient).values(country="AQ"),
}


@pytest.mark.parametrize("why", UNREACHABLE)
def test_a_campaign_that_reaches_nobody_is_refused(account: Account, why: str) -> None:
    with transaction() as session:
        session.execute(UNREACHABLE[why])
    campaign = draft(account)
    for _ in range(2):
        with pytest.raises(LaunchError) as caught:
            launch.launch(campaign, 0)
        assert caught.value.code in (LaunchProblem.NO_AUDIENCE, LaunchProblem.NO_GATEWAY)
        assert campaign.status == CampaignStatus.DRAFT
    assert rows() == 0


def test_launches_that_send_nothing_are_limited(account: Account) -> None:
    campaign = draft(account)
    tried = {"status": CampaignStatus.CANCELLED, "launched_at": now()}
    blocked, nobody = ({"status": status} for status in ("blocked", "finished"))
    sent, before = {"n_sent": 1}, {"launched_at": now() - timedelta(minutes=61)}
    for one_of_them, refused in (({}, True), (blocked, True), (nobody, True), (sent, False)):
        assert is_refused(campaign, tried, one_of_them) == refused
    assert not is_refused(campaign, tried, before)


def is_refused(
    campaign: Campaign, tried: dict[str, object], one_of_them: dict[str, object]
) -> bool:
    """Is it refused after so many others? It stays a draft."""
    same = {"account_id": campaign.account_id, "route_id": campaign.route_id}
    with transaction() as session:
        session.execute(delete(Campaign).where(Campaign.id != campaign.id))
        session.add_all(Campaign(**same, **tried) for _ in range(IN_VAIN - 1))
        session.add(Campaign(**same, **{**tried, **one_of_them}))
    try:
        launch.launch(campaign, 10_000)
    except LaunchError as error:
        return error.code == LaunchProblem.TOO_MANY
    with transaction():
        campaign.status, campaign.launched_at = CampaignStatus.DRAFT, None
    return False


def test_the_page_shows_a_blocked_campaign_without_messages(account: Account) -> None:
    spend_all_but(account, 0)
    campaign = launched(account)
    prepared(campaign)
    assert campaigns.figures(campaign).total == 0
    assert campaigns.reasons(campaign) == []
