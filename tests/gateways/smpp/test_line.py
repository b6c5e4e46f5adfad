"""The gateway in the thread of a line, as the worker uses it."""

import asyncio
from collections.abc import Sequence

from promosms.gateways.base import Answer, Event, Receipt, ReceiptStatus, Trouble
from promosms.gateways.connection import Line
from promosms.gateways.smpp.gateway import SmppGateway
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import Smsc, accept, by_turns, receipt_text, refuse


def test_a_window_goes_out_and_a_receipt_comes_in() -> None:
    async def story() -> None:
        smsc, stored = Smsc(), []
        smsc.on_submit = by_turns(accept, refuse(0x0B), accept)
        port = await smsc.start()

        def store(events: Sequence[Event]) -> None:
            stored.extend(events)

        settings = {"host": "127.0.0.1", "port": port, "system_id": "promo", "password": "secret"}
        line = Line(SmppGateway(settings), store, rate=1000)
        await asyncio.to_thread(line.open)
        texts = [sms(number=number) for number in range(3)]
        line.start(texts)
        assert dict(await asyncio.to_thread(line.collect, 3, 5.0)) == {
            "0": Answer(("id-1",)),
            "1": Answer(trouble=Trouble.PERMANENT, reason="invalid_number"),
            "2": Answer(("id-2",)),
        }
        client = smsc.client
        client.request("deliver_sm", esm_class=4, short_message=receipt_text("id-2"))
        await smsc.until(lambda: client.answers("deliver_sm_resp"))
        assert stored == [Receipt("id-2", "", ReceiptStatus.DELIVERED)]
        await asyncio.to_thread(line.close)
        assert smsc.log[-1].command == "unbind"
        await smsc.stop()

    play(story())
