"""Texts begun with a callback: each gets one answer, and no text needs a task."""

import asyncio
from collections import Counter

from promosms.gateways.base import Answer, ErrorClass, OutboundSms
from promosms.gateways.smpp.gateway import UNBOUND_SECONDS, SmppGateway
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import Client, Pdu, Smsc, Stage, accept, after, bound, by_turns, refuse

LONG = "a" * 300  # two parts


class Recorder:
    """Begins texts and keeps their answers, by their number."""

    def __init__(self, gateway: SmppGateway) -> None:
        self.gateway = gateway
        self.answers: dict[str, Answer] = {}
        self.times: Counter[str] = Counter()

    def begin(self, text: OutboundSms) -> None:
        def done(answer: Answer) -> None:
            self.answers[text.our_reference] = answer
            self.times[text.our_reference] += 1

        self.gateway.begin(text, done)

    async def all(self, stage: Stage, count: int) -> None:
        """Wait until so many have their answer; none has two."""
        await stage.smsc.until(lambda: len(self.answers) == count)
        assert set(self.times.values()) == {1}


def test_each_text_is_answered_once_and_needs_no_task() -> None:
    async def story() -> None:
        async with bound(window=7) as stage:
            recorder, before = Recorder(stage.gateway), len(asyncio.all_tasks())
            for number in range(500):
                recorder.begin(sms(LONG if number % 5 == 0 else "Hello", number))
            assert len(asyncio.all_tasks()) == before
            await recorder.all(stage, 500)
            names = [name for answer in recorder.answers.values() for name in answer.references]
            assert len(set(names)) == len(names) == 600
            assert stage.smsc.most_open <= 7

    play(story())


def test_a_text_that_cannot_be_written_is_answered_at_once() -> None:
    async def story() -> None:
        async with bound() as stage:
            recorder = Recorder(stage.gateway)
            recorder.begin(sms(sender="Żółw"))
            assert recorder.answers == {
                "1": Answer(error_class=ErrorClass.PERMANENT, reason="malformed")
            }

    play(story())


def test_refusals_are_reported() -> None:
    async def story() -> None:
        async with bound(errors="0x402=no_credit, 0x403=opted_out") as stage:
            recorder = Recorder(stage.gateway)
            stage.smsc.on_submit = by_turns(refuse(0x402), refuse(0x403), accept, refuse(0x14))
            for number in (1, 2):
                recorder.begin(sms(number=number))
            recorder.begin(sms(LONG, number=3))
            await recorder.all(stage, 3)
            permanent = Answer(error_class=ErrorClass.PERMANENT, reason="opted_out", opted_out=True)
            assert recorder.answers == {
                "1": Answer(error_class=ErrorClass.SETTINGS, reason="no_credit"),
                "2": permanent,
                "3": Answer((), ErrorClass.THROTTLED, "queue_full", {1: "id-1"}),
            }

    play(story())


def test_texts_wait_for_a_session_and_then_go_in_their_order() -> None:
    async def story() -> None:
        smsc = Smsc()
        smsc.on_bind = by_turns(lambda client, _: client.answer(_, 0x0D), smsc.on_bind)
        async with bound(smsc, retry_seconds="0.1") as stage:
            assert not stage.gateway.ready
            recorder = Recorder(stage.gateway)
            for number in range(5):
                recorder.begin(sms(number=number))
            await recorder.all(stage, 5)
            numbers = [pdu.destination_addr for pdu in smsc.of("submit_sm")]
            assert numbers == sorted(numbers)
            assert stage.gateway.ready

    play(story())


def test_closing_answers_the_waiting_texts() -> None:
    async def story() -> None:
        settings = {"host": "127.0.0.1", "port": "1", "system_id": "a", "password": "b"}
        gateway = SmppGateway(settings)
        await gateway.open(lambda _: asyncio.sleep(0))
        recorder = Recorder(gateway)
        recorder.begin(sms())
        await gateway.close()
        assert recorder.answers == {
            "1": Answer(error_class=ErrorClass.TEMPORARY, reason="not_bound", wait=UNBOUND_SECONDS)
        }

    play(story())


def test_closing_answers_unsent_texts_and_waits_for_sent_ones() -> None:
    async def story() -> None:
        async with bound(window=2) as stage:
            stage.smsc.on_submit = after(0.1)
            recorder = Recorder(stage.gateway)
            for number in range(4):
                recorder.begin(sms(number=number))
            await stage.smsc.until(lambda: stage.smsc.open() == 2)
            await stage.gateway.close()
            await recorder.all(stage, 4)
            assert [recorder.answers[str(number)].error_class for number in range(4)] == [
                *(None, None, ErrorClass.TEMPORARY, ErrorClass.TEMPORARY)
            ]
            assert stage.smsc.count()["submit_sm"] == 2

    play(story())


def test_a_failing_callback_does_not_stop_other_answers() -> None:
    async def story() -> None:
        async with bound() as stage:
            held: list[tuple[Client, Pdu]] = []

            def together(client: Client, pdu: Pdu) -> None:
                held.append((client, pdu))
                if len(held) == 2:
                    for submission in held:
                        accept(*submission)

            def fail(_: Answer) -> None:
                raise OSError("no database")

            stage.smsc.on_submit = together
            recorder = Recorder(stage.gateway)
            stage.gateway.begin(sms(number=1), fail)
            recorder.begin(sms(number=2))
            await recorder.all(stage, 1)
            assert recorder.answers == {"2": Answer(("id-2",))}
            assert stage.smsc.count()["bind_transceiver"] == 1

    play(story())
