"""Texts of several parts of which only some are taken."""

import pytest

from promosms.gateways.base import ErrorClass, GatewayError, OutboundSms
from promosms.gateways.smpp.gateway import SmppGateway
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import Behaviour, Pdu, accept, bound, by_turns, lose, refuse

LONG = "a" * 400  # three parts


async def problem(gateway: SmppGateway, text: OutboundSms) -> GatewayError:
    """The error of a text that is not taken as a whole."""
    with pytest.raises(GatewayError) as error:
        await gateway.submit(text)
    return error.value


@pytest.mark.parametrize(
    ("behaviours", "error_class", "reason", "taken"),
    [
        ((accept, refuse(0x58), accept), ErrorClass.THROTTLED, "throttled", {1: "id-1", 3: "id-2"}),
        (
            (accept, accept, refuse(0x14)),
            ErrorClass.THROTTLED,
            "queue_full",
            {1: "id-1", 2: "id-2"},
        ),
        (
            (refuse(0x08), accept, accept),
            ErrorClass.TEMPORARY,
            "system_error",
            {2: "id-1", 3: "id-2"},
        ),
        (
            (refuse(0x0A), accept, accept),
            ErrorClass.SETTINGS,
            "invalid_sender",
            {2: "id-1", 3: "id-2"},
        ),
        ((accept, refuse(0x0B), refuse(0x58)), ErrorClass.PERMANENT, "partly", {1: "id-1"}),
        ((accept, refuse(0x58), refuse(0x08)), ErrorClass.THROTTLED, "throttled", {1: "id-1"}),
        ((refuse(0x0B), refuse(0x58), refuse(0x58)), ErrorClass.PERMANENT, "invalid_number", {}),
        ((refuse(0x58), refuse(0x0A), refuse(0x0B)), ErrorClass.PERMANENT, "invalid_number", {}),
        ((refuse(0x58), refuse(0x0A), refuse(0x08)), ErrorClass.SETTINGS, "invalid_sender", {}),
        ((accept, refuse(0x0B), lose), ErrorClass.UNKNOWN, "no_answer", {1: "id-1"}),
        ((lose, accept, accept), ErrorClass.UNKNOWN, "no_answer", {2: "id-2", 3: "id-3"}),
        ((lose, refuse(0x58), refuse(0x58)), ErrorClass.UNKNOWN, "no_answer", {}),
        (
            (accept, refuse(0x401), accept),
            ErrorClass.UNKNOWN,
            "status_0x401",
            {1: "id-1", 3: "id-2"},
        ),
    ],
)
def test_it_tells_what_was_taken(
    behaviours: tuple[Behaviour, ...], error_class: ErrorClass, reason: str, taken: dict[int, str]
) -> None:
    async def story() -> None:
        async with bound(answer_seconds="1", errors="0x401=unknown") as stage:
            stage.smsc.on_submit = by_turns(*behaviours)
            error = await problem(stage.gateway, sms(LONG))
            assert (error.error_class, error.reason, error.taken) == (error_class, reason, taken)
            assert stage.smsc.count()["submit_sm"] == 3

    play(story())


@pytest.mark.parametrize("long", ["udh8", "udh16", "sar"])
def test_a_retry_submits_what_is_missing_as_the_same_text(long: str) -> None:
    async def story() -> None:
        async with bound(long=long) as stage:
            stage.smsc.on_submit = by_turns(accept, refuse(0x08), refuse(0x64), accept)
            text = sms(LONG, number=70_000)
            error = await problem(stage.gateway, text)
            assert error.taken == {1: "id-1"}
            again = text._replace(taken=error.taken)
            assert await stage.gateway.submit(again) == ("id-1", "id-2", "id-3")
            places = [placed(pdu, long) for pdu in stage.smsc.of("submit_sm")]
            assert [number for _, number in places] == [1, 2, 3, 2, 3]
            assert len({reference for reference, _ in places}) == 1

    play(story())


def placed(pdu: Pdu, long: str) -> tuple[object, int]:
    """Reference and number of a part."""
    if long == "sar":
        return pdu.sar_msg_ref_num, pdu.sar_segment_seqnum
    header = pdu.short_message[: 1 + pdu.short_message[0]]
    return header[3:-2], header[-1]


def test_what_was_taken_before_counts_again() -> None:
    async def story() -> None:
        async with bound() as stage:
            text = sms(LONG)._replace(taken={2: "two"})
            stage.smsc.on_submit = by_turns(accept, refuse(0x58), refuse(0x0B), accept)
            error = await problem(stage.gateway, text)
            assert error.taken == {1: "id-1", 2: "two"}
            error = await problem(stage.gateway, sms(LONG)._replace(taken=error.taken))
            assert (error.error_class, error.reason) == (ErrorClass.PERMANENT, "partly")
            assert error.taken == {1: "id-1", 2: "two"}

    play(story())


def test_the_last_missing_part_completes_the_text() -> None:
    async def story() -> None:
        async with bound() as stage:
            text = sms(LONG)._replace(taken={3: "c", 2: "b"})
            assert await stage.gateway.submit(text) == ("id-1", "b", "c")
            assert stage.smsc.count()["submit_sm"] == 1

    play(story())


def test_nothing_is_submitted_when_all_was_taken() -> None:
    async def story() -> None:
        async with bound() as stage:
            text = sms(LONG)._replace(taken={3: "c", 1: "a", 2: "b"})
            assert await stage.gateway.submit(text) == ("a", "b", "c")
            assert stage.smsc.count()["submit_sm"] == 0

    play(story())


def test_taken_parts_are_not_forgotten_without_a_connection() -> None:
    async def story() -> None:
        settings = {"host": "127.0.0.1", "port": "1", "system_id": "a", "password": "b"}
        gateway = SmppGateway(settings | {"wait_seconds": "0.1"})
        await gateway.open(lambda _: _nothing())
        error = await problem(gateway, sms(LONG)._replace(taken={2: "two"}))
        assert (error.error_class, error.taken) == (ErrorClass.TEMPORARY, {2: "two"})
        await gateway.close()

    play(story())


async def _nothing() -> None:
    return None
