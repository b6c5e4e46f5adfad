"""Titles of campaigns: names without braces, also where a name is the beginning of the text."""

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign
from promosms.services.recipients import detail_names
from tests.support.cast import Cast

TITLES = {
    "": "Campaign without a name",
    "Spring sale": "Spring sale",
    "Hi {first_name|there}, 20% off": "Hi First name, 20% off",
    "{First Name}{city} and {field2}": "First nameCity and Colour",
    "Dear friends of our little shop, {first_": "Dear friends of our little shop, …",
    "Dear friends of ours, {first_name|frien (copy)": "Dear friends of ours, … (copy)",
    "Hi {first_name} (again)": "Hi First name (again)",
    "Curly {{x}} and {nickname|friend} and {x": "Curly x and nickname and x",
    "2} or x{}": "2 or x",
    "{}": "Campaign without a name",
}


@pytest.mark.usefixtures("context")
def test_details_have_their_names(cast: Cast) -> None:
    with transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        account.field_labels = {"field2": "Colour"}
    campaigns = [Campaign(account_id=account.id, name=name) for name in TITLES]
    assert [detail_names.campaign_title(campaign) for campaign in campaigns] == [*TITLES.values()]
    assert detail_names.in_words(
        "Hi {first_name|there}\n{{", db.session.get_one(Account, account.id)
    ) == ("Hi First name\n{")
