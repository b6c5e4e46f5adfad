"""The pace of a campaign that is spread: whoever claims and when, it is never exceeded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promosms.services.sending import pace
from promosms.services.sending.pace import Pace

START = datetime(2026, 10, 24, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "hours", "expected"),
    [
        (1, 72, Pace(1, 259_200)),
        (8, 8, Pace(1, 3_600)),
        (60, 1, Pace(5, 300)),
        (61, 1, Pace(6, 354)),
        (1_000, 8, Pace(11, 316)),
        (1_000_000, 1, Pace(83_334, 300)),
    ],
)
def test_hours_become_a_few_texts_every_few_minutes(
    number: int, hours: int, expected: Pace
) -> None:
    assert pace.over_hours(number, hours) == expected


@given(number=st.integers(1, 2_000_000), hours=st.integers(1, 72))
def test_it_takes_the_hours_that_were_asked_for(number: int, hours: int) -> None:
    size, seconds = pace.over_hours(number, hours)
    batches = -(-number // size)
    assert seconds >= pace.STEP
    assert (batches - 1) * seconds < hours * 3600  # through in time
    # As even as whole seconds and whole texts are: not much earlier either.
    assert batches * (seconds + 1) >= hours * 3600 * number / (number + size)


def test_the_next_batch_leaves_when_its_time_has_come_and_not_before() -> None:
    rule = Pace(3, 600)
    log = pace.noted(rule, [], START, 2)
    assert (pace.room(rule, log, START), pace.opens(rule, log, START)) == (1, None)
    log = pace.noted(rule, log, START, 1)
    after = START + timedelta(seconds=600)
    assert pace.opens(rule, log, START) == after
    assert pace.room(rule, log, after - timedelta(microseconds=1)) == 0
    assert pace.room(rule, log, after) == 3


def noted_at(rule: Pace, *seconds: int) -> list[list[float]]:
    """The log after one text at each of these seconds."""
    log: list[list[float]] = []
    for second in seconds:
        log = pace.noted(rule, log, START + timedelta(seconds=second), 1)
    return log


def test_texts_that_are_noted_together_count_until_the_last_of_them_is_over() -> None:
    rule = Pace(3, 600)
    log = noted_at(rule, 0, 30)
    assert len(log) == 1
    assert pace.room(rule, log, START + timedelta(seconds=629)) == 1
    assert pace.room(rule, log, START + timedelta(seconds=630)) == 3


def test_texts_of_a_longer_time_are_not_noted_together() -> None:
    """Otherwise a campaign that sends now and then would count its old texts on and on."""
    rule = Pace(10, 600)
    log = noted_at(rule, 0, 30, 60, 90)
    assert len(log) == 2
    assert pace.room(rule, log, START + timedelta(seconds=630)) == 8


@settings(max_examples=150)
@given(
    rule=st.builds(Pace, st.integers(1, 40), st.sampled_from([60, 300, 1_799, 86_400])),
    tries=st.lists(
        st.tuples(st.one_of(st.floats(0, 0.1), st.floats(0, 3)), st.integers(1, 60), st.booleans()),
        min_size=1,
        max_size=80,
    ),
)
def test_no_span_of_its_time_has_more_than_a_batch(
    rule: Pace, tries: list[tuple[float, int, bool]]
) -> None:
    """Claims at any moments, of any size; nothing is made up for after a pause (`rests`)."""
    moment, log = START, pace.noted(rule, [], START, 1)
    left: list[datetime] = [START]
    for share, wanted, rests in tries:
        moment += timedelta(seconds=rule.seconds * share * (5 if rests else 1))
        room = pace.room(rule, log, moment)
        number = min(room, wanted)
        if number:
            log = pace.noted(rule, log, moment, number)
            left += [moment] * number
        opens = pace.opens(rule, log, moment)
        assert (opens is None) == (pace.room(rule, log, moment) > 0)
        assert opens is None or moment < opens <= moment + timedelta(seconds=rule.seconds)
        assert len(log) <= pace.NOTES + 2
    span = timedelta(seconds=rule.seconds)
    for first in left:
        assert sum(first <= each < first + span for each in left) <= rule.size
