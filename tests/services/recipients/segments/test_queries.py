"""Who is in a segment: generated filters find exactly whom plain Python finds."""

import random

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Recipient
from promosms.services.recipients.segments import counts, queries
from tests.support import segments as people
from tests.support.cast import Cast


def test_generated_filters_find_whom_they_should(context: None, cast: Cast) -> None:
    account, dice = db.session.get_one(Account, cast.owner.account_id), random.Random(13)
    everybody = [people.anybody(dice, number) for number in range(40)]
    made = people.store(account, everybody)
    sizes = set()
    for _ in range(120):
        chosen = people.any_filter(dice, made)
        condition = queries.where(account, chosen)
        expected = {one.phone for one in everybody if people.meets(one, chosen, made)}
        found = select(Recipient.phone).where(Recipient.account_id == account.id, condition)
        assert set(db.session.scalars(found)) == expected, chosen
        assert counts.now_or_about(account.id, condition) == counts.Counted(len(expected))
        sizes.add(len(expected))
    assert len(sizes) > 20
