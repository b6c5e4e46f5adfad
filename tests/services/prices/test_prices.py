"""The valid price: the rule, compared with a slow and simple version; and the tiers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promosms.db.transactions import transaction
from promosms.models import Price, TopUp, TopUpStatus, new_public_id
from promosms.services.installation import defaults
from promosms.services.prices import pages as price_pages
from promosms.services.prices import prices, tiers
from promosms.services.prices.prices import Entry
from tests.support.cast import Cast

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
MOMENTS = [NEW_YEAR + timedelta(days=days) for days in (-1, 0, 1)]
PREFIXES = ["", "48", "48731"]
SIZES = [0, 100, 200]

series = st.tuples(st.just("PL"), st.sampled_from(PREFIXES), st.sampled_from(SIZES))
price_entries = st.dictionaries(
    st.tuples(series, st.sampled_from(MOMENTS)),
    st.none() | st.integers(0, 900),
    max_size=20,
).map(lambda amounts: [Entry(*kind, at, amount) for (kind, at), amount in amounts.items()])


def slowly(
    entries: list[Entry], country: str, phone: str, reached: int, moment: datetime
) -> int | None:
    """The same rule, step by step: the longest prefix first, then the tier."""
    for length in range(5, -1, -1):
        for size in reversed(SIZES):
            matching = [
                entry
                for entry in entries
                if entry.country == country
                and len(entry.prefix) == length
                and phone[1:].startswith(entry.prefix)
                and entry.tier_from == size
                and size <= reached
                and entry.valid_from <= moment
            ]
            matching.sort(key=lambda entry: entry.valid_from)
            if matching and matching[-1].amount is not None:
                return matching[-1].amount
    return None


@settings(deadline=None)
@given(
    entries=price_entries,
    country=st.sampled_from(["PL", "US"]),
    phone=st.sampled_from(["", "+48731000000", "+48732000000", "+48601", "+4", "+1"]),
    reached=st.sampled_from([0, 99, 100, 250]),
    moment=st.sampled_from([*MOMENTS, NEW_YEAR - INSTANT, NEW_YEAR - timedelta(days=9)]),
)
def test_the_price_follows_the_rule(
    entries: list[Entry], country: str, phone: str, reached: int, moment: datetime
) -> None:
    price_list = prices.choose(entries, reached, moment)
    expected = slowly(entries, country, phone, reached, moment)
    assert price_list.of(country, phone) == expected
    of_country = slowly(
        [entry for entry in entries if not entry.prefix], country, phone, reached, moment
    )
    assert price_list.countries().get(country) == of_country


def test_after_a_withdrawn_tier_the_lower_one_counts() -> None:
    before = NEW_YEAR - timedelta(days=9)
    entries = [
        Entry("PL", "", 0, before, 300),
        Entry("PL", "", 100, before, 200),
        Entry("PL", "", 100, NEW_YEAR, None),
    ]
    assert prices.choose(entries, 100, NEW_YEAR - INSTANT).of("PL") == 200
    assert prices.choose(entries, 100, NEW_YEAR).amounts == {("PL", ""): 300}


def test_a_price_of_the_new_year_is_valid_from_its_first_moment() -> None:
    entries = [
        Entry("PL", "", 0, NEW_YEAR - timedelta(days=300), 300),
        Entry("PL", "", 0, NEW_YEAR, 350),
    ]
    assert prices.choose(entries, 0, NEW_YEAR - INSTANT).of("PL") == 300
    assert prices.choose(entries, 0, NEW_YEAR).of("PL") == 350


@pytest.fixture
def route_id(context: None) -> int:
    with transaction() as session:
        route_id = defaults.default_route().id
        for size, amount in ((1_000_000, 270), (5_000_000, 240)):
            session.add(Price(route_id=route_id, country="PL", tier_from=size, amount=amount))
        session.add(Price(route_id=route_id, country="PL", valid_from=NEW_YEAR, amount=310))
    return route_id


def top_up(
    account_id: int,
    net: int,
    paid_at: datetime | None,
    status: str = TopUpStatus.PAID,
    refunded: int = 0,
) -> None:
    gross = net * 123 // 100
    with transaction() as session:
        session.add(
            TopUp(
                account_id=account_id,
                status=status,
                method="card",
                currency="EUR",
                net=net,
                tax=gross - net,
                gross=gross,
                paid=gross - refunded,
                rate=2300,
                tax_case="domestic",
                buyer={},
                reference=new_public_id(),
                expires_at=NEW_YEAR,
                paid_at=paid_at,
            )
        )


def test_the_largest_paid_top_up_of_twelve_months_counts(cast: Cast, route_id: int) -> None:
    account_id, summer = cast.owner.account_id, datetime(2026, 7, 1, 12, tzinfo=UTC)
    top_up(cast.stranger.account_id, 9_000_000, summer)
    top_up(account_id, 9_000_000, None, TopUpStatus.OPEN)
    top_up(account_id, 9_000_000, summer, TopUpStatus.CANCELLED)
    assert prices.price_list(route_id, account_id, summer).of("PL") == 300
    top_up(account_id, 900_000, summer)
    top_up(account_id, 999_999, summer)  # together they are more than a tier, each alone is not
    assert prices.price_list(route_id, account_id, summer).of("PL") == 300
    top_up(account_id, 1_000_000, summer)
    assert prices.price_list(route_id, account_id, summer).of("PL") == 270
    assert prices.price_list(route_id, None, summer).of("PL") == 300
    assert prices.price_list(route_id, account_id, summer - INSTANT).of("PL") == 300
    year_later = datetime(2027, 7, 1, 12, tzinfo=UTC)
    assert prices.price_list(route_id, account_id, year_later - INSTANT).of("PL") == 270
    assert prices.price_list(route_id, account_id, year_later).of("PL") == 310
    standing = tiers.standing(account_id, [1_000_000, 5_000_000], summer)
    assert standing == tiers.Standing(1_000_000, year_later, 5_000_000)


def test_a_later_top_up_makes_the_tier_last_longer(cast: Cast, route_id: int) -> None:
    account_id, summer = cast.owner.account_id, datetime(2026, 7, 1, tzinfo=UTC)
    top_up(account_id, 6_000_000, summer)
    top_up(account_id, 1_000_000, summer + timedelta(days=30))
    autumn = summer + timedelta(days=60)
    sizes = [1_000_000, 5_000_000]
    high = tiers.standing(account_id, sizes, autumn)
    assert high == tiers.Standing(5_000_000, datetime(2027, 7, 1, tzinfo=UTC), None)
    low = tiers.standing(account_id, sizes, datetime(2027, 7, 1, tzinfo=UTC))
    assert low == tiers.Standing(1_000_000, datetime(2027, 7, 31, tzinfo=UTC), 5_000_000)


def test_refunded_money_does_not_count(cast: Cast, route_id: int) -> None:
    account_id, summer = cast.owner.account_id, datetime(2026, 7, 1, tzinfo=UTC)
    top_up(account_id, 1_000_000, summer, refunded=123)
    assert tiers.reached(account_id, summer) == 999_900
    top_up(account_id, 2_000_000, summer, refunded=-500_000)  # paid too much: the rest is no top-up
    assert tiers.reached(account_id, summer) == 2_000_000


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 12, 31, 23, 59, tzinfo=UTC)),
        (datetime(2028, 2, 29, 8, tzinfo=UTC), datetime(2029, 3, 1, 8, tzinfo=UTC)),
        (datetime(2027, 2, 28, tzinfo=UTC), datetime(2028, 2, 28, tzinfo=UTC)),
    ],
)
def test_a_year_ends_on_the_same_day(begun: datetime, ends: datetime) -> None:
    assert tiers.year_after(begun) == ends


def test_if_the_next_tier_saves_nothing_at_home_another_country_is_named(
    cast: Cast, route_id: int
) -> None:
    with transaction() as session:
        session.add(Price(route_id=route_id, country="DE", tier_from=1_000_000, amount=400))
        session.add(Price(route_id=route_id, country="FR", prefix="336", amount=0))
    table = price_pages.price_table(route_id, cast.owner.account_id, "IT", NEW_YEAR - INSTANT)
    assert table.saving == price_pages.Saving("DE", 800, 400, 50)
    table = price_pages.price_table(route_id, cast.owner.account_id, "PL", NEW_YEAR - INSTANT)
    assert table.saving == price_pages.Saving("PL", 300, 270, 10)
    (line,) = [line for line in table.rows if line.country == "PL"]
    assert line.cells[0] == price_pages.Cell(300, NEW_YEAR, 310)
    assert line.cells[1] == price_pages.Cell(270)
