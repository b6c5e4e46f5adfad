"""Costs of campaigns: they are stored soon after the last text is settled."""

from promosms.db.transactions import transaction
from promosms.models import Campaign, Message
from promosms.services.installation import defaults
from promosms.services.ledger import campaign_costs, ledger
from promosms.services.ledger.campaign_costs import Totals
from tests.support.cast import Cast
from tests.support.clock import Clock


def test_a_closed_hold_is_due_for_an_hour(context: None, cast: Cast, clock: Clock) -> None:
    account_id = cast.owner.account_id
    with transaction() as session:
        campaign = Campaign(account_id=account_id, route_id=defaults.default_route().id)
        session.add(campaign)
        session.flush()
        phone = "+48601200100"
        session.add(
            Message(account_id=account_id, campaign_id=campaign.id, phone=phone, price=300, parts=1)
        )
    ledger.hold(account_id, campaign.id, 300)
    assert not campaign_costs.due()
    ledger.release(campaign.id, 300, "release:1")
    clock.move(minutes=59)
    assert campaign_costs.due()
    clock.move(minutes=2)
    assert not campaign_costs.due()


def test_the_money_of_a_campaign_is_that_of_its_ledger(context: None, cast: Cast) -> None:
    account_id = cast.owner.account_id
    with transaction() as session:
        campaign = Campaign(account_id=account_id, route_id=defaults.default_route().id)
        session.add(campaign)
    assert campaign_costs.totals(campaign) is None
    ledger.hold(account_id, campaign.id, 1_000)
    assert campaign_costs.totals(campaign) == Totals(1_000, 0, 0, 1_000)
    ledger.charge(campaign.id, 600, "charge:1")
    ledger.release(campaign.id, 300, "release:1")
    assert campaign_costs.totals(campaign) == Totals(1_000, 600, 300, 100)
    ledger.charge(campaign.id, 100, "charge:2")
    assert campaign_costs.totals(campaign) == Totals(1_000, 700, 300, 0)
