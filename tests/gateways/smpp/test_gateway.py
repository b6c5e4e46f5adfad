"""The gateway at an SMSC: what it takes, what it refuses, what gets lost."""

import asyncio

import pytest

from promosms.gateways import KINDS
from promosms.gateways.base import ErrorClass, GatewayError, Inbound, Receipt, ReceiptStatus
from promosms.gateways.smpp.gateway import SmppGateway
from promosms.gateways.smpp.link import BindRefused
from tests.gateways.smpp.stories import current, error_class, play, sms
from tests.gateways.smsc import (
    Client,
    Pdu,
    Smsc,
    accept,
    after,
    bound,
    by_turns,
    lose,
    pdu_bytes,
    receipt_text,
    refuse,
    turn_away,
)

LONG = "a" * 300  # two parts


def test_it_is_a_kind_of_gateway() -> None:
    assert KINDS["smpp"] is SmppGateway


def test_it_submits() -> None:
    async def story() -> None:
        async with bound() as stage:
            assert await stage.gateway.submit(sms("Zażółć")) == ("id-1",)
            pdu = stage.smsc.accepted["id-1"]
            assert pdu.short_message.decode("utf-16-be") == "Zażółć"
            assert (pdu.data_coding, pdu.destination_addr) == (8, b"48600000001")
            assert (pdu.registered_delivery, pdu.validity_period) == (1, b"000001000000000R")
        assert stage.smsc.count()["unbind"] == 1

    play(story())


def test_parts_of_a_text_are_never_mixed_with_others() -> None:
    async def story() -> None:
        async with bound(window=3) as stage:
            texts = [sms(LONG * 2, number) for number in range(20)]
            references = await asyncio.gather(*map(stage.gateway.submit, texts))
            assert {len(names) for names in references} == {4}
            numbers = [pdu.destination_addr for pdu in stage.smsc.of("submit_sm")]
            assert numbers == sorted(numbers)
            assert stage.smsc.most_open <= 3

    play(story())


@pytest.mark.parametrize("window", [1, 2, 10])
def test_no_more_are_open_than_the_window_allows(window: int) -> None:
    async def story() -> None:
        async with bound(window=window) as stage:
            stage.smsc.on_submit = after(0.01)
            await asyncio.gather(*(stage.gateway.submit(sms(number=n)) for n in range(40)))
            assert stage.smsc.most_open == window

    play(story())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x58, (ErrorClass.THROTTLED, "throttled")),
        (0x14, (ErrorClass.THROTTLED, "queue_full")),
        (0x08, (ErrorClass.TEMPORARY, "system_error")),
        (0x0B, (ErrorClass.PERMANENT, "invalid_number")),
        (0x402, (ErrorClass.TEMPORARY, "status_0x402")),
        (0x403, (ErrorClass.PERMANENT, "status_0x403")),
    ],
)
def test_it_says_why_a_text_was_refused(status: int, expected: tuple[ErrorClass, str]) -> None:
    async def story() -> None:
        async with bound(errors="0x402=temporary") as stage:
            stage.smsc.on_submit = refuse(status)
            assert await error_class(stage.gateway, sms()) == expected

    play(story())


def test_it_pauses_when_it_is_too_fast() -> None:
    async def story() -> None:
        async with bound(window=1) as stage:
            loop = asyncio.get_running_loop()
            slower = refuse(0x58)
            stage.smsc.on_submit = by_turns(*[slower] * 3, accept, *[slower] * 4, accept)
            throttled = ErrorClass.THROTTLED, "throttled"
            for _ in range(3):
                assert await error_class(stage.gateway, sms()) == throttled
            assert not current(stage).held  # a few among others are left to the rate limiter
            began = loop.time()
            assert await stage.gateway.submit(sms()) == ("id-1",)
            for _ in range(4):
                assert await error_class(stage.gateway, sms()) == throttled
            assert current(stage).held
            assert await stage.gateway.submit(sms()) == ("id-2",)
            assert loop.time() - began > 0.9

    play(story())


def test_an_answer_that_is_lost_means_unknown_and_others_go_on() -> None:
    async def story() -> None:
        async with bound(answer_seconds="1") as stage:
            stage.smsc.on_submit = by_turns(lose, accept)
            lost = asyncio.create_task(error_class(stage.gateway, sms()))
            await stage.smsc.until(lambda: stage.smsc.of("submit_sm"))
            while not lost.done():
                assert await stage.gateway.submit(sms())
                await asyncio.sleep(0.02)
            assert lost.result() == (ErrorClass.UNKNOWN, "no_answer")
            assert stage.smsc.count()["bind_transceiver"] == 1

    play(story())


def test_a_dead_connection_is_closed_and_bound_again() -> None:
    async def story() -> None:
        async with bound(answer_seconds="1") as stage:
            stage.smsc.on_submit = by_turns(lose, accept)
            assert await error_class(stage.gateway, sms()) == (ErrorClass.UNKNOWN, "no_answer")
            assert await stage.gateway.submit(sms()) == ("id-2",)
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


def test_a_line_that_takes_nothing_costs_one_window_although_receipts_come() -> None:
    async def story() -> None:
        async with bound(answer_seconds="0.5", window="3", wait_seconds="5") as stage:
            first = stage.smsc.client

            def only_receipts(client: Client, pdu: Pdu) -> None:
                if client is not first:
                    accept(client, pdu)
                    return
                receipt()
                for tenths in range(1, 5):
                    loop.call_later(tenths / 10, receipt)

            def receipt() -> None:
                text = receipt_text("id-0")
                if not first.transport.is_closing():
                    first.request("deliver_sm", esm_class=4, short_message=text)

            loop = asyncio.get_running_loop()
            stage.smsc.on_submit = only_receipts
            texts = [stage.gateway.submit(sms(number=number)) for number in range(8)]
            outcomes = await asyncio.gather(*texts, return_exceptions=True)
            assert sum(isinstance(outcome, GatewayError) for outcome in outcomes) == 3
            assert len(stage.smsc.accepted) == 5
            assert stage.events  # receipts were heard meanwhile
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


def test_a_late_answer_harms_nobody() -> None:
    async def story() -> None:
        async with bound(answer_seconds="1") as stage:
            stage.smsc.on_submit = by_turns(after(1.1), accept)
            lost = asyncio.create_task(error_class(stage.gateway, sms()))
            await stage.smsc.until(lambda: stage.smsc.of("submit_sm"))
            for _ in range(60):
                assert len(await stage.gateway.submit(sms())) == 1
                await asyncio.sleep(0.02)
            assert await lost == (ErrorClass.UNKNOWN, "no_answer")

    play(story())


def test_a_connection_lost_after_writing_means_unknown() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = by_turns(lambda client, _: client.transport.abort(), accept)
            assert await error_class(stage.gateway, sms()) == (ErrorClass.UNKNOWN, "no_answer")
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


def test_texts_that_were_not_written_go_out_by_the_next_session() -> None:
    async def story() -> None:
        async with bound(window=1) as stage:
            stage.smsc.on_submit = by_turns(lambda client, _: client.transport.abort(), accept)
            lost = asyncio.create_task(error_class(stage.gateway, sms(number=1)))
            rest = asyncio.gather(*(stage.gateway.submit(sms(number=n)) for n in (2, 3, 4)))
            assert await lost == (ErrorClass.UNKNOWN, "no_answer")
            assert await rest == [("id-1",), ("id-2",), ("id-3",)]
            assert stage.smsc.count()["submit_sm"] == 4

    play(story())


def test_a_cancelled_text_that_waits_is_never_written() -> None:
    async def story() -> None:
        async with bound(window=1) as stage:
            stage.smsc.on_submit = after(0.1)
            first = asyncio.create_task(stage.gateway.submit(sms(number=1)))
            second = asyncio.create_task(stage.gateway.submit(sms(number=2)))
            await stage.smsc.until(lambda: stage.smsc.open() == 1)
            second.cancel()
            assert await first == ("late-2",)
            await stage.gateway.submit(sms(number=3))
            numbers = [pdu.destination_addr for pdu in stage.smsc.of("submit_sm")]
            assert numbers == [b"48600000001", b"48600000003"]

    play(story())


def test_a_faulty_session_is_bound_again() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = by_turns(refuse(0x04), accept)
            assert await error_class(stage.gateway, sms()) == (ErrorClass.TEMPORARY, "not_bound")
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


def test_it_does_not_wait_for_ever_for_a_place_in_the_window() -> None:
    async def story() -> None:
        async with bound(window=1, wait_seconds="0.1", answer_seconds="1") as stage:
            stage.smsc.on_submit = after(0.5)
            first = asyncio.create_task(stage.gateway.submit(sms()))
            await stage.smsc.until(lambda: stage.smsc.open() == 1)
            assert await error_class(stage.gateway, sms()) == (ErrorClass.TEMPORARY, "not_sent")
            await first

    play(story())


@pytest.mark.parametrize("status", [0x0E, 0x0F, 0x53])
def test_wrong_credentials_end_the_tries(status: int) -> None:
    async def story() -> None:
        smsc = Smsc()
        smsc.on_bind = turn_away(status)
        with pytest.raises(BindRefused, match="refuses to bind 'promo': invalid_") as refused:
            async with bound(smsc):
                pass
        assert "secret" not in str(refused.value)
        assert smsc.count()["bind_transceiver"] == 1

    play(story())


def test_credentials_that_become_wrong_end_the_tries_too() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_bind = turn_away(0x0E)
            stage.smsc.client.transport.abort()
            await stage.smsc.until(lambda: stage.smsc.count()["bind_transceiver"] == 2)
            expected = (ErrorClass.SETTINGS, "credentials")
            assert await error_class(stage.gateway, sms()) == expected
            await asyncio.sleep(0.2)
            assert stage.smsc.count()["bind_transceiver"] == 2

    play(story())


def test_it_opens_while_nobody_listens_and_binds_when_somebody_does() -> None:
    async def story() -> None:
        smsc = Smsc()
        smsc.on_bind = by_turns(turn_away(0x0D), turn_away(0x0D), smsc.on_bind)
        async with bound(smsc) as stage:
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert smsc.count()["bind_transceiver"] == 3

    play(story())


def test_a_text_without_a_session_is_a_temporary_error() -> None:
    async def story() -> None:
        settings = {"host": "127.0.0.1", "port": "1", "system_id": "a", "password": "b"}
        gateway = SmppGateway(settings | {"wait_seconds": "0.1"})
        await gateway.open(lambda _: asyncio.sleep(0))
        assert await error_class(gateway, sms()) == (ErrorClass.TEMPORARY, "not_bound")
        await gateway.close()

    play(story())


def test_the_waiting_between_tries_grows() -> None:
    async def story() -> None:
        loop, times = asyncio.get_running_loop(), []

        def busy(client: Client, pdu: Pdu) -> None:
            times.append(loop.time())
            client.answer(pdu, 0x0D)

        smsc = Smsc()
        smsc.on_bind = busy
        async with bound(smsc, retry_seconds="0.02"):
            await smsc.until(lambda: len(times) == 5)
        gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
        assert all(gap > 0.7 * 0.02 * 2**tries for tries, gap in enumerate(gaps))

    play(story())


def test_transmitter_and_receiver_are_two_sessions() -> None:
    async def story() -> None:
        async with bound(bind="tx_rx") as stage:
            binds = {client.bind: client for client in stage.smsc.clients}
            assert binds.keys() == {"bind_transmitter", "bind_receiver"}
            assert await stage.gateway.submit(sms()) == ("id-1",)
            assert len(binds["bind_transmitter"].log) == 2
            binds["bind_receiver"].request(
                "deliver_sm", esm_class=4, short_message=receipt_text("id-1")
            )
            await stage.smsc.until(lambda: binds["bind_receiver"].answers("deliver_sm_resp"))
            assert stage.events == [Receipt("id-1", "", ReceiptStatus.DELIVERED)]
        assert stage.smsc.count()["unbind"] == 2

    play(story())


def test_closing_waits_for_the_answers_and_says_good_bye() -> None:
    async def story() -> None:
        async with bound() as stage:
            stage.smsc.on_submit = after(0.2)
            texts = [asyncio.create_task(stage.gateway.submit(sms(number=n))) for n in range(5)]
            await stage.smsc.until(lambda: stage.smsc.open() == 5)
            await stage.gateway.close()
            assert [len(await text) for text in texts] == [1] * 5
            assert stage.smsc.log[-1].command == "unbind"
            with pytest.raises(GatewayError, match="temporary"):
                await stage.gateway.submit(sms())

    play(story())


def test_a_receipt_in_the_segment_of_the_answer_is_stored() -> None:
    async def story() -> None:
        async with bound() as stage:

            def early(client: Client, pdu: Pdu) -> None:
                client.transport.write(
                    pdu_bytes("deliver_sm", 7, esm_class=4, short_message=receipt_text("x-1"))
                    + pdu_bytes("submit_sm_resp", pdu.sequence, message_id="x-1")
                )

            stage.smsc.on_submit = early
            assert await stage.gateway.submit(sms()) == ("x-1",)
            await stage.smsc.until(lambda: stage.smsc.client.answers("deliver_sm_resp"))
            assert stage.smsc.client.answers("deliver_sm_resp") == [(7, 0)]
            assert stage.events == [Receipt("x-1", "", ReceiptStatus.DELIVERED)]

    play(story())


def test_each_part_of_a_reply_is_stored_before_it_is_answered() -> None:
    async def story() -> None:
        async with bound() as stage:
            client = stage.smsc.client
            for number, text in ((2, b"B"), (1, b"A")):
                client.request(
                    "deliver_sm",
                    source_addr="48600000001",
                    source_addr_ton=1,
                    destination_addr="8080",
                    esm_class=0x40,
                    short_message=bytes((5, 0, 3, 9, 2, number)) + text,
                )
                await stage.smsc.until(lambda: len(client.answers("deliver_sm_resp")))
                assert {status for _, status in client.answers("deliver_sm_resp")} == {0}
                client.log.clear()
            concat_ref = "+48600000001:8080:9:2"
            assert stage.events == [
                Inbound("", "+48600000001", "8080", "B", concat_ref, 2, 2),
                Inbound("", "+48600000001", "8080", "A", concat_ref, 1, 2),
            ]

    play(story())
