"""The circuit breaker of a connection: after which answers a provider counts as ill."""

from collections.abc import Sequence

import pytest

from promosms.gateways.base import Answer, ErrorClass
from promosms.gateways.breaker import Breaker
from tests.gateways.test_rate_limiter import Clock

TAKEN = Answer(("1",))
BAD_NUMBER = Answer((), ErrorClass.PERMANENT, "invalid_number")
NO_CREDIT_CODE = Answer((), ErrorClass.PERMANENT, "status_0x401")
BUSY = Answer((), ErrorClass.TEMPORARY, "system_error")
SENDER = Answer((), ErrorClass.SETTINGS, "invalid_sender")
NO_CREDIT = Answer((), ErrorClass.SETTINGS, "no_credit")
CREDENTIALS = Answer((), ErrorClass.SETTINGS, "credentials")
UNKNOWN = Answer((), ErrorClass.UNKNOWN, "no_answer")
RUBBISH = Answer((), ErrorClass.UNKNOWN, "bad_answer")
OPTED_OUT = Answer((), ErrorClass.PERMANENT, "opted_out", opted_out=True)
TOO_LONG = Answer((), ErrorClass.PERMANENT, "too_long")
THROTTLED = Answer((), ErrorClass.THROTTLED, "throttled")
BROKEN = Answer((), ErrorClass.UNKNOWN, "no_answer", broken=True)
NOT_SENT = Answer((), ErrorClass.TEMPORARY, "not_sent")
MANY = 1000


def listen(
    answers: Sequence[Answer], *, connections: int = 1, numbers: int = MANY, seconds: float = 0.1
) -> Breaker:
    """A breaker that has read these answers, each to a text that was submitted just before."""
    clock = Clock()
    breaker = Breaker(connections, clock)
    for place, answer in enumerate(answers):
        clock.moment += seconds
        breaker.note(str(place), f"+4860{place % numbers}", answer, clock.moment - seconds / 2)
    return breaker


@pytest.mark.parametrize(
    ("answers", "tripped"),
    [
        ([TAKEN] * 500, ""),
        ([BAD_NUMBER] * 19, ""),
        ([BAD_NUMBER] * 20, "invalid_number"),
        ([BAD_NUMBER] * 19 + [TAKEN] + [BAD_NUMBER] * 19, ""),
        ([BAD_NUMBER] * 19 + [NO_CREDIT_CODE] + [BAD_NUMBER] * 19, ""),
        ([NO_CREDIT_CODE] * 20, "status_0x401"),
        ([BUSY] * 19, ""),
        ([BUSY] * 20, "system_error"),
        ([SENDER] * 19, ""),
        ([SENDER] * 20, "invalid_sender"),
        ([NO_CREDIT], "no_credit"),
        ([CREDENTIALS], "credentials"),
        ([UNKNOWN] * 9, ""),
        ([UNKNOWN] * 10, "no_answer"),
        ([UNKNOWN, RUBBISH] * 5, "bad_answer"),  # what nobody can know is alike
        ([UNKNOWN] * 9 + [BAD_NUMBER], ""),
        ([UNKNOWN] * 9 + [TAKEN] + [UNKNOWN] * 9, ""),
        # Most of the last hundred: none of these is a long run.
        ([BAD_NUMBER, TAKEN] * 60, ""),
        ([BAD_NUMBER] * 2 + [TAKEN] * 2 + [BAD_NUMBER, TAKEN] * 48, ""),
        ([BAD_NUMBER] * 3 + [TAKEN] + [BAD_NUMBER, TAKEN] * 48, "invalid_number"),
        ([BAD_NUMBER, NO_CREDIT_CODE] * 25, ""),
        ([BAD_NUMBER, NO_CREDIT_CODE] * 25 + [BAD_NUMBER], "invalid_number"),
        ([UNKNOWN, BAD_NUMBER, BUSY] * 17, "no_answer"),
        ([UNKNOWN, TAKEN] * 60, ""),
        ([BAD_NUMBER] * 19 + [TAKEN] * 100 + [BAD_NUMBER] * 19, ""),
        # About a text or a person.
        ([OPTED_OUT] * 300, ""),
        ([TOO_LONG] * 300, ""),
        ([BAD_NUMBER] * 10 + [OPTED_OUT] * 50 + [BAD_NUMBER] * 9, ""),
    ],
)
def test_many_bad_answers_trip_it(answers: list[Answer], tripped: str) -> None:
    assert listen(answers).tripped == tripped


@pytest.mark.parametrize(
    "answer", [BAD_NUMBER, NO_CREDIT_CODE, BUSY, SENDER, UNKNOWN], ids=lambda answer: answer.reason
)
def test_one_number_that_is_refused_again_and_again_trips_nothing(answer: Answer) -> None:
    assert listen([answer] * 300, numbers=1).tripped == ""


def test_the_connections_of_a_gateway_share_the_limits() -> None:
    for connections, refusals, unknowns in ((1, 20, 10), (4, 5, 3), (20, 3, 3)):
        for answer, number in ((BAD_NUMBER, refusals), (UNKNOWN, unknowns)):
            assert not listen([answer] * (number - 1), connections=connections).tripped
            assert listen([answer] * number, connections=connections).tripped


def test_what_tripped_it_is_known_by_reference() -> None:
    breaker = listen([TAKEN, *[BAD_NUMBER] * 20])
    assert [bad.our_reference for bad in breaker.suspects] == [str(n) for n in range(1, 21)]
    breaker.reset()
    assert (breaker.tripped, breaker.suspects) == ("", [])


@pytest.mark.parametrize(
    ("wait", "seconds", "number", "tripped"),
    [
        (None, 2.0, 30, ""),  # 58 seconds between the first and the last
        (None, 2.0, 31, "throttled"),
        (59.9, 2.0, 1, ""),
        (60.0, 2.0, 1, "throttled"),  # so long the whole connection would wait
        (1.0, 2.0, 30, ""),
    ],
)
def test_a_provider_that_only_throttles_counts_as_ill_after_a_minute(
    wait: float | None, seconds: float, number: int, tripped: str
) -> None:
    answer = THROTTLED._replace(wait=wait)
    assert listen([answer] * number, seconds=seconds).tripped == tripped


def test_a_provider_that_throttles_with_two_codes_counts_as_ill_too() -> None:
    full = THROTTLED._replace(reason="queue_full")
    assert listen([THROTTLED, full] * 15, seconds=2).tripped == ""
    assert listen([THROTTLED, full] * 16, seconds=2).tripped == "throttled"


@pytest.mark.parametrize(
    ("number", "seconds", "tripped"),
    [(3, 14.9, ""), (3, 15, "no_answer"), (2, 600, ""), (9, 3.7, ""), (9, 3.75, "no_answer")],
)
def test_a_few_texts_without_an_answer_for_half_a_minute_are_enough(
    number: int, seconds: float, tripped: str
) -> None:
    assert listen([UNKNOWN] * number, seconds=seconds).tripped == tripped


def test_throttling_between_good_answers_is_no_illness() -> None:
    assert listen([*[THROTTLED] * 20, TAKEN] * 20, seconds=2).tripped == ""


def test_a_window_that_is_throttled_together_counts_once() -> None:
    clock = Clock()
    breaker = Breaker(1, clock)
    for seconds in (0, 59):
        began = clock.moment
        clock.moment += seconds
        for place in range(100):
            breaker.note(str(place), f"+4860{place}", THROTTLED, began)
    assert breaker.tripped == ""


def test_a_connection_that_breaks_is_no_illness_but_one_that_never_answers_is() -> None:
    """All texts in flight are lost together, so that says nothing if there were answers."""
    clock = Clock()
    breaker = Breaker(1, clock)
    began = clock.moment
    clock.moment += 1
    breaker.note("0", "+48600", TAKEN, began)
    for place in range(100):
        breaker.note(str(place), f"+4860{place}", BROKEN, began)
    assert breaker.tripped == ""
    began = clock.moment + 0.1
    clock.moment += 1
    for place in range(10):
        assert breaker.tripped == ""
        breaker.note(str(place), f"+4860{place}", BROKEN, began)
    assert breaker.tripped == "no_answer"


def test_a_line_that_reconnects_is_no_illness_for_a_minute() -> None:
    assert listen([TAKEN, *[NOT_SENT] * 59], seconds=1).tripped == ""
    assert listen([TAKEN, *[NOT_SENT] * 85], seconds=1).tripped == "not_sent"


def test_a_provider_that_never_answered_gets_no_whole_window() -> None:
    breaker = Breaker()
    assert breaker.room() == 10
    for number, room in ((1, 9), (2, 8), (9, 1), (10, 1)):
        assert listen([UNKNOWN] * number).room() == room
    assert listen([TAKEN] * 90).room() == 100
    assert listen([TAKEN] * 90 + [UNKNOWN] * 4).room() == 6
    assert listen([TAKEN] * 90 + [UNKNOWN] * 4 + [TAKEN]).room() == 101
