"""A flood of receipts ends right; the long version is `python -m tests.faults.receipts`."""

from tests.faults.receipts import run

RECEIPTS = 5_000


def test_many_receipts_in_any_order_end_right(context: None) -> None:
    result = run(RECEIPTS, seed=8)
    assert (result.receipts, result.left, result.wrong) == (RECEIPTS, result.foreign, 0)
    assert result.counters
    assert set(result.statuses) == {"delivered", "undelivered", "expired"}
