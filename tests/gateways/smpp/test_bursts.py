"""A full window of answers at once, and the data that may follow."""

import asyncio

import pytest

from promosms.gateways.smpp import session as sessions
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import accept, bound, pdu_bytes


def test_what_follows_does_not_wait_for_a_whole_window_of_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        async with bound(window=60) as stage:
            session, happened = stage.gateway.links[0].session, []
            assert session is not None
            stage.smsc.on_submit = lambda _client, _pdu: None
            for number in range(120):
                stage.gateway.begin(sms(number=number), lambda _: happened.append("answer"))
            sequences = list(session.open)
            assert len(sequences) == 60
            await asyncio.sleep(0)
            write = session.transport.write

            def written(data: bytes) -> None:
                happened.append("text")
                write(data)

            monkeypatch.setattr(session.transport, "write", written)
            answers = (pdu_bytes("submit_sm_resp", n, message_id=str(n)) for n in sequences)
            session.data_received(b"".join(answers))
            await asyncio.sleep(0)
            burst = [*["answer"] * sessions.BURST, "text"]
            assert happened == [*burst, *burst, *["answer"] * (60 - 2 * sessions.BURST), "text"]
            stage.smsc.on_submit = accept

    play(story())
