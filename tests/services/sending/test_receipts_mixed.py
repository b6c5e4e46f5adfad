"""A flood of receipts ends right; the long version is `python -m tests.faults.receipts`."""

from tests.faults.receipts import run

RECEIPTS = 5_000


def test_a_flood_of_receipts_in_any_order_ends_right(context: None) -> None:
    found = run(RECEIPTS, seed=8)
    assert (found.receipts, found.left, found.wrong) == (RECEIPTS, found.foreign, 0)
    assert found.counters
    assert set(found.statuses) == {"delivered", "undelivered", "expired"}
