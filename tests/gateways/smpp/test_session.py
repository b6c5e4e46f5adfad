"""What a session sends and answers besides texts."""

import asyncio
from collections.abc import Sequence
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import pytest

from promosms.gateways.base import ErrorClass, InboxEvent, Receipt, ReceiptStatus
from promosms.gateways.smpp import session as sessions
from tests.gateways.smpp.stories import current, error_class, play, sms
from tests.gateways.smsc import (
    Behaviour,
    Client,
    Pdu,
    accept,
    after,
    bound,
    by_turns,
    pdu_bytes,
    receipt_text,
)


def test_small_packets_do_not_wait() -> None:
    async def story() -> None:
        async with bound() as stage:
            socket = current(stage).transport.get_extra_info("socket")
            assert socket.getsockopt(IPPROTO_TCP, TCP_NODELAY) == 1

    play(story())


def test_the_sequence_begins_again_after_the_last_number() -> None:
    async def story() -> None:
        async with bound() as stage:
            current(stage).sequence = sessions.LAST_SEQUENCE - 1
            for _ in range(3):
                await stage.gateway.submit(sms())
            sequences = [pdu.sequence for pdu in stage.smsc.of("submit_sm")]
            assert sequences == [sessions.LAST_SEQUENCE, 1, 2]

    play(story())


def test_a_number_that_is_still_open_is_passed_over() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = by_turns(after(0.2), after(0.2), accept)
            current(stage).sequence = sessions.LAST_SEQUENCE - 1
            slow = [asyncio.create_task(stage.gateway.submit(sms(number=n))) for n in (1, 2)]
            await stage.smsc.until(lambda: stage.smsc.open() == 2)
            current(stage).sequence = sessions.LAST_SEQUENCE - 1
            assert await stage.gateway.submit(sms(number=3)) == ("id-3",)
            sequences = [pdu.sequence for pdu in stage.smsc.of("submit_sm")]
            assert sequences == [sessions.LAST_SEQUENCE, 1, 2]
            assert [await task for task in slow] == [
                (f"late-{sessions.LAST_SEQUENCE}",),
                ("late-1",),
            ]

    play(story())


def test_a_server_that_does_not_read_is_not_written_to() -> None:
    async def story() -> None:
        settings = {"window": "1000", "wait_seconds": "0.3", "long": "payload"}
        async with bound(**settings) as stage:
            stage.smsc.client.transport.pause_reading()
            answers = []
            text, texts = sms("a" * 900), 10_000
            for number in range(texts):
                stage.gateway.begin(text, answers.append)
                if number % 100 == 0:
                    current(stage).open.clear()  # as if their time had run out
                    await asyncio.sleep(0)
            written = current(stage).transport.get_write_buffer_size()
            assert current(stage).full
            assert written < 2_000_000
            await stage.smsc.until(lambda: len(answers) > texts / 4)
            assert {(answer.error_class, answer.reason) for answer in answers} == {
                (ErrorClass.TEMPORARY, "not_sent")
            }
            stage.smsc.client.transport.resume_reading()
            await stage.smsc.until(lambda: not current(stage).full)

    play(story())


def test_a_server_that_only_asks_and_never_reads_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "UNREAD", 100_000)

    async def story() -> None:
        async with bound() as stage:
            session, client = current(stage), stage.smsc.client
            client.transport.pause_reading()
            question = pdu_bytes("enquire_link", 7) * 1000
            while not session.transport.is_closing():
                client.transport.write(question)
                await asyncio.sleep(0)
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


def test_good_bye_of_the_server_with_a_full_window_loses_nobody() -> None:
    async def story() -> None:
        async with bound(window=3) as stage:
            stage.smsc.on_submit = by_turns(after(0.1), after(0.1), after(0.1), accept)
            client = stage.smsc.client
            texts = [asyncio.create_task(stage.gateway.submit(sms(number=n))) for n in range(9)]
            await stage.smsc.until(lambda: stage.smsc.open() == 3)
            client.request("unbind")
            names = [name for text in texts for name in await text]
            assert len(set(names)) == 9
            assert stage.smsc.count()["submit_sm"] == 9
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


@pytest.mark.parametrize("command", ["submit_sm_resp", "generic_nack", "data_sm_resp"])
def test_an_answer_to_nothing_harms_nobody(command: str) -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            for sequence in (0, 999, sessions.LAST_SEQUENCE):
                client.transport.write(pdu_bytes(command, sequence))
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert stage.smsc.count() == {"bind_transceiver": 1, "submit_sm": 1}

    play(story())


def test_it_checks_a_silent_connection() -> None:
    async def story() -> None:
        async with bound(enquire_seconds="0.05") as stage:
            await stage.smsc.until(lambda: stage.smsc.count()["enquire_link"] >= 5)
            assert stage.smsc.count()["bind_transceiver"] == 1

    play(story())


def test_a_connection_that_does_not_answer_is_given_up() -> None:
    async def story() -> None:
        async with bound(enquire_seconds="0.05") as stage:
            stage.smsc.answers_enquiries = False
            await stage.smsc.until(lambda: stage.smsc.count()["bind_transceiver"] == 2)
            assert stage.smsc.count()["enquire_link"] == sessions.MISSED

    play(story())


def test_it_answers_with_the_number_of_the_question() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            sequence = client.request("enquire_link")
            await stage.smsc.until(lambda: client.answers("enquire_link_resp"))
            assert client.answers("enquire_link_resp") == [(sequence, 0)]

    play(story())


def test_unknown_commands_are_refused() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            sequence = client.request("query_sm", message_id="1")
            await stage.smsc.until(lambda: client.answers("generic_nack"))
            assert client.answers("generic_nack") == [(sequence, 3)]
            client.request("alert_notification", esme_addr="1", source_addr="2")
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert stage.smsc.count()["generic_nack"] == 1

    play(story())


def test_good_bye_of_the_server_is_answered_and_open_texts_still_get_their_answers() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = by_turns(after(0.1), accept)
            client = stage.smsc.client
            first = asyncio.create_task(stage.gateway.submit(sms()))
            await stage.smsc.until(lambda: stage.smsc.open() == 1)
            sequence = client.request("unbind")
            await stage.smsc.until(lambda: client.answers("unbind_resp"))
            assert client.answers("unbind_resp") == [(sequence, 0)]
            assert await stage.gateway.submit(sms(number=2)) == ("id-2",)
            assert await first == ("late-2",)
            assert client not in stage.smsc.clients
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


@pytest.mark.parametrize("garbage", [b"\0" * 16, b"HTTP/1.1 400 Bad Request\r\n", b"\xff" * 40])
def test_garbage_ends_the_session(garbage: bytes) -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            client.transport.write(garbage)
            await stage.smsc.until(lambda: stage.smsc.count()["bind_transceiver"] == 2)
            assert client.answers("generic_nack") == [(0, 2)]
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


def half(client: Client, pdu: Pdu) -> None:
    """Break off in the middle of the answer."""
    client.transport.write(pdu_bytes("submit_sm_resp", pdu.sequence, message_id="id-1")[:18])
    client.transport.close()


def nack(status: int) -> Behaviour:
    """Refuse by generic_nack."""
    return lambda client, pdu: client.transport.write(
        pdu_bytes("generic_nack", pdu.sequence, status)
    )


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (half, (ErrorClass.UNKNOWN, "no_answer")),
        (nack(3), (ErrorClass.TEMPORARY, "invalid_command")),
        (nack(0), (ErrorClass.TEMPORARY, "unknown_error")),
    ],
)
def test_an_odd_answer_is_not_taken_for_a_good_one(
    behaviour: Behaviour, expected: tuple[ErrorClass, str]
) -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = by_turns(behaviour, accept)
            assert await error_class(stage.gateway, sms()) == expected
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


def test_answers_byte_by_byte_are_understood() -> None:
    async def story() -> None:
        async with bound() as stage:

            def slowly(client: Client, pdu: Pdu) -> None:
                data = pdu_bytes("submit_sm_resp", pdu.sequence, message_id="slow")
                loop = asyncio.get_running_loop()
                for place in range(len(data)):
                    piece = data[place : place + 1]
                    loop.call_later(0.002 * place, client.transport.write, piece)

            stage.smsc.on_submit = slowly
            assert await stage.gateway.submit(sms()) == ("slow",)

    play(story())


def deliver(client: Client, name: str, **fields: Any) -> int:
    """The SMSC sends a receipt."""
    return client.request("deliver_sm", esm_class=4, short_message=receipt_text(name), **fields)


def test_a_receipt_is_answered_after_it_is_stored() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            seen = []

            def store(events: Sequence[InboxEvent]) -> None:
                seen.append(client.answers("deliver_sm_resp"))
                stage.events.extend(events)

            stage.storing = store
            sequence = deliver(client, "1")
            await stage.smsc.until(lambda: client.answers("deliver_sm_resp"))
            assert seen == [[]]
            assert client.answers("deliver_sm_resp") == [(sequence, 0)]

    play(story())


def test_a_receipt_that_cannot_be_stored_comes_again() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client

            def fail(events: Sequence[InboxEvent]) -> None:
                raise OSError("no database")

            stage.storing = fail
            first = deliver(client, "1")
            await stage.smsc.until(lambda: client.answers("deliver_sm_resp"))
            stage.storing = stage.events.extend
            second = deliver(client, "1")
            await stage.smsc.until(lambda: len(client.answers("deliver_sm_resp")) == 2)
            assert client.answers("deliver_sm_resp") == [(first, 0x64), (second, 0)]
            assert stage.events == [Receipt("1", "", ReceiptStatus.DELIVERED)]

    play(story())


def test_many_receipts_are_stored_together_and_each_is_answered_once() -> None:
    async def story() -> None:
        async with bound() as stage:
            client, batches = stage.smsc.client, []

            def store(events: Sequence[InboxEvent]) -> None:
                batches.append(len(events))
                stage.events.extend(events)

            stage.storing = store
            sequences = [deliver(client, str(number % 700)) for number in range(1400)]
            await stage.smsc.until(lambda: len(client.answers("deliver_sm_resp")) == 1400)
            assert client.answers("deliver_sm_resp") == [(sequence, 0) for sequence in sequences]
            assert [event.reference for event in stage.events] == [
                str(number % 700) for number in range(1400)
            ]
            assert max(batches) <= 500
            assert len(batches) < 100

    play(story())


def test_what_cannot_be_read_is_refused_and_the_next_is_taken() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            pdu = pdu_bytes("deliver_sm", 7, esm_class=4, short_message=receipt_text("1"))
            cut = len(pdu) - 20
            client.transport.write(cut.to_bytes(4) + pdu[4:cut])
            good = deliver(client, "2")
            await stage.smsc.until(lambda: len(client.answers("deliver_sm_resp")) == 2)
            assert sorted(client.answers("deliver_sm_resp")) == [(7, 0x65), (good, 0)]

    play(story())


def test_data_sm_is_answered_too() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            sequence = client.request("data_sm", esm_class=4, message_payload=receipt_text("1"))
            await stage.smsc.until(lambda: client.answers("data_sm_resp"))
            assert client.answers("data_sm_resp") == [(sequence, 0)]
            assert stage.events == [Receipt("1", "", ReceiptStatus.DELIVERED)]

    play(story())


def test_a_connection_that_is_closing_takes_no_text() -> None:
    async def story() -> None:
        async with bound() as stage:
            current(stage).transport.abort()
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


def test_an_old_session_does_not_speak_for_the_new_one() -> None:
    async def story() -> None:
        async with bound() as stage:
            old = current(stage)
            old.transport.abort()
            await stage.smsc.until(lambda: stage.gateway.links[0].session not in (None, old))
            old.hold(0)
            await asyncio.sleep(0.02)
            assert stage.gateway.links[0].bound.is_set()
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())
