"""Who is in a segment: generated filters find exactly whom plain Python finds."""

import random

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ListRecipient, Recipient
from promosms.services.recipients import lists
from promosms.services.recipients.segments import counts, queries
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from tests.support import segments as people
from tests.support.cast import Cast
from tests.support.clock import Clock


def test_generated_filters_find_whom_they_should(context: None, cast: Cast, clock: Clock) -> None:
    people.stop(clock)
    account, dice = db.session.get_one(Account, cast.owner.account_id), random.Random(13)
    everybody = [people.anybody(dice, number) for number in range(40)]
    made = people.store(account, everybody)
    sizes = set()
    drawn = [people.any_filter(dice, made) for _ in range(120)]
    edges = [Condition(Kind.DATE, "field2", "next_days", str(days)) for days in (1, 6, 9)]
    for chosen in (*drawn, *(Filter(Match.ALL, (edge,)) for edge in edges)):
        condition = queries.where(account, chosen)
        expected = {one.phone for one in everybody if people.meets(one, chosen, made)}
        found = select(Recipient.phone).where(Recipient.account_id == account.id, condition)
        assert set(db.session.scalars(found)) == expected, chosen
        assert counts.now_or_about(account.id, condition) == counts.Counted(len(expected))
        sizes.add(len(expected))
    assert len(sizes) > 20


def test_what_asks_for_nobody_is_not_met_by_everybody(context: None, cast: Cast) -> None:
    """A list that is gone or of another account, even with a recipient on it; words of signs."""
    account = db.session.get_one(Account, cast.owner.account_id)
    people.store(account, [people.anybody(random.Random(5), number) for number in range(3)])
    theirs = lists.create(cast.stranger.account_id, "Theirs")
    anybody = db.session.scalars(select(Recipient.id).where(Recipient.account_id == account.id))
    row = {"recipient_id": anybody.first(), "account_id": theirs.account_id}
    with transaction() as session:
        session.add(ListRecipient(list_id=theirs.id, **row))
    for kind, test, value in (
        (Kind.LIST, "on", "gone"),
        (Kind.LIST, "on", theirs.public_id),
        (Kind.SEARCH, "words", "+-()"),
    ):
        chosen = Filter(Match.ALL, (Condition(kind, kind, test, value),))
        found = select(Recipient.id).where(queries.where(account, chosen))
        assert db.session.scalars(found).all() == [], (kind, value)


def test_conditions_of_another_version_are_not_guessed() -> None:
    stored = Filter(Match.ALL, (Condition(Kind.CONSENT, Kind.CONSENT, "given"),)).stored()
    unknown = {**stored["conditions"][0], "test": "is"}
    for other in ({"version": 2}, {"conditions": [unknown, *stored["conditions"]]}):
        with pytest.raises(ValueError, match=r"version|cannot be asked"):
            Filter.read({**stored, **other})
