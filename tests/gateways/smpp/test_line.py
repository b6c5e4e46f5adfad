"""The gateway in the thread of a connection, as the worker uses it."""

import asyncio
from collections.abc import Sequence

from promosms.gateways.base import Answer, ErrorClass, InboxEvent, Receipt, ReceiptStatus
from promosms.gateways.connection import GatewayConnection
from promosms.gateways.smpp.gateway import SmppGateway
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import Smsc, accept, by_turns, receipt_text, refuse


def test_a_window_goes_out_and_a_receipt_comes_in() -> None:
    async def story() -> None:
        smsc, stored = Smsc(), []
        smsc.on_submit = by_turns(accept, refuse(0x0B), accept)
        port = await smsc.start()

        def store(events: Sequence[InboxEvent]) -> None:
            stored.extend(events)

        settings = {"host": "127.0.0.1", "port": port, "system_id": "promo", "password": "secret"}
        connection = GatewayConnection(SmppGateway(settings), store, rate=1000)
        await asyncio.to_thread(connection.open)
        texts = [sms(number=number) for number in range(3)]
        connection.start(texts)
        assert dict(await asyncio.to_thread(connection.collect, 3, 5.0)) == {
            "0": Answer(("id-1",)),
            "1": Answer(error_class=ErrorClass.PERMANENT, reason="invalid_number"),
            "2": Answer(("id-2",)),
        }
        client = smsc.client
        client.request("deliver_sm", esm_class=4, short_message=receipt_text("id-2"))
        await smsc.until(lambda: client.answers("deliver_sm_resp"))
        assert stored == [Receipt("id-2", "", ReceiptStatus.DELIVERED)]
        await asyncio.to_thread(connection.close)
        assert smsc.log[-1].command == "unbind"
        await smsc.stop()

    play(story())
