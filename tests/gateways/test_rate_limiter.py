"""The rate limiter: parts per second, halved by throttling, then growing back."""

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


def test_the_rate_comes_back_by_eight_percent_every_ten_quiet_seconds() -> None:
    clock = Clock()
    limiter = RateLimiter(100, clock)
    limiter.slow_down()
    clock.moment += 1 + 10.1
    limiter.wait()
    assert limiter.rate == 54
    clock.moment += 85
    limiter.wait()
    assert 95 < limiter.rate < 100
    clock.moment += 30
    limiter.wait()
    assert limiter.rate == 100


def test_it_never_stops_altogether() -> None:
    clock = Clock()
    limiter = RateLimiter(10, clock)
    for _ in range(20):
        limiter.slow_down()
        clock.moment += 2
    assert limiter.rate == 1
