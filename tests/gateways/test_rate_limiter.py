"""The rate limiter: parts per second, halved by throttling, then growing back."""

from collections import deque
from collections.abc import Callable
from random import Random

import pytest

from promosms.gateways.rate_limiter import RateLimiter


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = 100.0

    def __call__(self) -> float:
        return self.moment


def sent_within(limiter: RateLimiter, clock: Clock, seconds: float, parts: int = 1) -> int:
    """How many texts go in this time, if as many as possible are sent."""
    end, number = clock.moment + seconds, 0
    while clock.moment < end:
        pause = limiter.wait(parts)
        if pause:
            clock.moment += max(pause, 0.000001)
        elif limiter.allowance() >= 1:
            limiter.take(parts)
            number += 1
        else:
            clock.moment += 0.001
    return number


def test_it_keeps_to_its_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(50, clock)
    assert 500 <= sent_within(limiter, clock, 10) <= 515


def test_it_counts_parts_and_not_texts() -> None:
    clock = Clock()
    limiter = RateLimiter(30, clock)
    assert 98 <= sent_within(limiter, clock, 10, parts=3) <= 105


def test_a_slow_connection_still_takes_a_long_text() -> None:
    clock = Clock()
    limiter = RateLimiter(1, clock)
    assert 1 <= sent_within(limiter, clock, 20, parts=8) <= 4


def test_less_than_a_part_a_second_is_kept_too() -> None:
    clock = Clock()
    limiter = RateLimiter(1 / 60, clock)
    assert 59 <= sent_within(limiter, clock, 3600) <= 61
    clock.moment += 3600
    assert limiter.allowance() <= 1  # an hour of silence is not made up for
    limiter.slow_down()
    assert limiter.rate == 1 / 60


def test_an_unused_rate_is_not_saved_for_later() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    clock.moment += 3600
    assert limiter.wait() == 0
    assert limiter.allowance() == 25


def test_a_complaint_stops_all_for_a_second_and_halves_the_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    limiter.slow_down()
    assert limiter.allowance() == 0
    assert limiter.wait() == 1.0
    assert limiter.rate == 50


def test_a_window_full_of_complaints_counts_once() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    for _ in range(40):
        limiter.slow_down()
    assert limiter.rate == 50
    clock.moment += 1.5
    limiter.slow_down()
    assert limiter.rate == 25


def test_the_gateway_may_say_how_long_to_wait() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    limiter.slow_down(30)
    assert limiter.wait() == 30
    clock.moment += 29
    assert limiter.allowance() == 0
    clock.moment += 1.1
    assert limiter.wait() == 0


def played(
    full_rate: float, seconds: float, throttles: Callable[[float, int], bool]
) -> tuple[float, float, RateLimiter]:
    """Texts a second that a provider takes, and the share that it throttles, at a full queue.

    `throttles` is asked with the seconds since the beginning and the number of the text. Answers
    come after a tenth of a second, and 100 texts may be in flight.
    """
    clock = Clock()
    limiter, began = RateLimiter(full_rate, clock), clock.moment
    in_flight: deque[tuple[float, bool]] = deque()
    taken = number = 0
    while clock.moment < began + seconds:
        while in_flight and in_flight[0][0] <= clock.moment:
            if in_flight.popleft()[1]:
                limiter.slow_down()
            else:
                limiter.taken = True
                taken += 1
        most = 0 if limiter.wait() else int(min(limiter.allowance(), 100 - len(in_flight)))
        if most:
            limiter.take(most)
        for _ in range(most):
            in_flight.append((clock.moment + 0.1, throttles(clock.moment - began, number)))
            number += 1
        clock.moment += 0.02
    return taken / seconds, 1 - taken / max(number, 1), limiter


def at_random(share: float, seed: int) -> Callable[[float, int], bool]:
    """A provider that throttles this share of all texts, whatever the rate."""
    chance = Random(seed)
    return lambda _moment, _number: chance.random() < share


@pytest.mark.parametrize("full_rate", [10, 30, 100, 300])
def test_one_throttled_text_in_ten_does_not_hold_up_the_others(full_rate: float) -> None:
    taken, _, limiter = played(full_rate, 60, lambda _, n: n % 10 == 9)
    assert taken > 0.85 * full_rate
    assert limiter.rate > 0.9 * full_rate


@pytest.mark.parametrize(("share", "least"), [(0.1, 0.8), (0.125, 0.75), (1 / 7, 0.7)])
@pytest.mark.parametrize("full_rate", [10, 30, 100])
def test_a_share_that_is_throttled_at_random_does_not_hold_up_the_others(
    full_rate: float, share: float, least: float
) -> None:
    for seed in range(4):
        taken, _, _ = played(full_rate, 60, at_random(share, seed))
        assert taken > least * full_rate, seed


@pytest.mark.parametrize(("full_rate", "limit"), [(30, 15), (100, 50), (100, 10), (300, 30)])
def test_a_provider_with_a_lower_limit_gets_about_that(full_rate: float, limit: float) -> None:
    budget, since = limit, 0.0

    def too_fast(moment: float, _: int) -> bool:
        nonlocal budget, since
        budget, since = min(limit, budget + (moment - since) * limit), moment
        if budget < 1:
            return True
        budget -= 1
        return False

    taken, share, _ = played(full_rate, 60, too_fast)
    assert taken > 0.85 * limit
    assert share < 0.25


def test_after_an_outage_the_last_good_rate_is_back_in_seconds() -> None:
    """A provider takes nothing for 10 seconds, so the rate falls to the lowest."""
    for seconds, least in ((22, 79), (35, 100)):
        _, _, limiter = played(100, seconds, lambda moment, _: 5 <= moment < 15)
        assert limiter.rate >= least


def test_it_doubles_up_to_the_last_good_rate_and_then_grows_by_a_fiftieth() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    for _ in range(3):  # nothing is taken meanwhile, so the good rate stays that of the first
        limiter.slow_down()
        clock.moment += 1
    assert (limiter.rate, limiter.good_rate) == (12.5, 80)
    rates = [(1, 25), (1, 50), (0.5, 70.7), (0.5, 80), (1, 81.6), (1, 83.2), (20, 100)]
    for seconds, rate in rates:
        clock.moment += seconds
        limiter.wait()
        assert round(limiter.rate, 1) == rate


@pytest.mark.parametrize(("throttled", "rate", "holds"), [(18, 99.0, False), (19, 49.5, True)])
def test_a_quarter_of_the_last_75_texts_is_tolerated(
    throttled: int, rate: float, holds: bool
) -> None:
    limiter = RateLimiter(100, Clock())
    limiter.take(10_000)
    for _ in range(throttled):
        limiter.slow_down()
    assert limiter.rate == rate
    assert (limiter.held_until > 0) is holds


def test_a_wait_that_the_gateway_asks_for_is_kept_also_for_one_text_among_many() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    limiter.take(10_000)
    limiter.slow_down(30)
    assert (limiter.rate, limiter.wait(), limiter.holds) == (100, 30, True)
    clock.moment += 30
    assert not limiter.holds


def test_it_never_stops_altogether() -> None:
    clock = Clock()
    limiter = RateLimiter(10, clock)
    for _ in range(20):
        limiter.slow_down()
        clock.moment += 2
    assert limiter.rate == 1
