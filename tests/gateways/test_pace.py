"""The pace of a line: parts a second, halved by complaints, recovering by itself."""

from promosms.gateways.rate_limiter import Pace


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = 100.0

    def __call__(self) -> float:
        return self.moment


def sent_within(pace: Pace, clock: Clock, seconds: float, parts: int = 1) -> int:
    """How many texts go in this time, if as many as possible are sent."""
    end, number = clock.moment + seconds, 0
    while clock.moment < end:
        pause = pace.wait(parts)
        if pause:
            clock.moment += max(pause, 0.000001)
        elif pace.allowance() >= 1:
            pace.take(parts)
            number += 1
        else:
            clock.moment += 0.001
    return number


def test_it_keeps_to_its_rate() -> None:
    clock = Clock()
    pace = Pace(50, clock)
    assert 500 <= sent_within(pace, clock, 10) <= 515


def test_it_counts_parts_and_not_texts() -> None:
    clock = Clock()
    pace = Pace(30, clock)
    assert 98 <= sent_within(pace, clock, 10, parts=3) <= 105


def test_a_slow_line_still_takes_a_long_text() -> None:
    clock = Clock()
    pace = Pace(1, clock)
    assert 1 <= sent_within(pace, clock, 20, parts=8) <= 4


def test_what_was_not_used_is_not_made_up_for_later() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    clock.moment += 3600
    assert pace.wait() == 0
    assert pace.allowance() == 25


def test_a_complaint_stops_all_for_a_second_and_halves_the_rate() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.slow_down()
    assert pace.allowance() == 0
    assert pace.wait() == 1.0
    assert pace.rate == 50


def test_a_window_full_of_complaints_counts_once() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    for _ in range(40):
        pace.slow_down()
    assert pace.rate == 50
    clock.moment += 1.5
    pace.slow_down()
    assert pace.rate == 25


def test_the_gateway_may_say_how_long_to_wait() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.slow_down(30)
    assert pace.wait() == 30
    clock.moment += 29
    assert pace.allowance() == 0
    clock.moment += 1.1
    assert pace.wait() == 0


def test_the_rate_comes_back_by_eight_percent_every_ten_quiet_seconds() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.slow_down()
    clock.moment += 1 + 10.1
    pace.wait()
    assert pace.rate == 54
    clock.moment += 85
    pace.wait()
    assert 95 < pace.rate < 100
    clock.moment += 30
    pace.wait()
    assert pace.rate == 100


def test_it_never_stops_altogether() -> None:
    clock = Clock()
    pace = Pace(10, clock)
    for _ in range(20):
        pace.slow_down()
        clock.moment += 2
    assert pace.rate == 1
