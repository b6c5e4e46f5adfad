"""Whatever the connection does, no text is taken twice, and known results are true."""

import asyncio
from collections import Counter
from random import Random

import pytest

from promosms.gateways.base import ErrorClass, GatewayError, OutboundSms
from promosms.gateways.smpp.gateway import SmppGateway
from tests.gateways.smpp.stories import play, sms
from tests.gateways.smsc import Client, Pdu, accept, bound, lose, refuse

TEXTS = 400


def take_and_break(client: Client, pdu: Pdu) -> None:
    """Take a text, and the connection breaks before the answer."""
    lose(client, pdu)
    client.transport.abort()


def take_and_break_off(client: Client, pdu: Pdu) -> None:
    """Take a text, and the connection breaks right after the answer."""
    accept(client, pdu)
    client.transport.close()


@pytest.mark.parametrize("seed", range(3))
def test_no_text_is_taken_twice(seed: int) -> None:
    random = Random(seed)
    behaviours = [accept, lose, refuse(0x08), refuse(0x0B), take_and_break, take_and_break_off]
    weights = [80, 5, 5, 5, 1, 1]

    async def deliver(gateway: SmppGateway, text: OutboundSms) -> str:
        while True:
            try:
                await gateway.submit(text)
                return "taken"
            except GatewayError as problem:
                if problem.error_class is not ErrorClass.TEMPORARY:
                    return problem.error_class.value

    async def story() -> None:
        settings = {"window": "20", "answer_seconds": "0.3", "retry_seconds": "0.01"}
        async with bound(**settings) as stage:
            gateway = stage.gateway
            stage.smsc.on_submit = lambda client, pdu: random.choices(behaviours, weights)[0](
                client, pdu
            )
            texts = [sms(number=number) for number in range(TEXTS)]
            outcomes = await asyncio.gather(*(deliver(gateway, text) for text in texts))
            accepted = Counter(p.destination_addr.decode() for p in stage.smsc.accepted.values())
            assert max(accepted.values()) == 1
            for text, outcome in zip(texts, outcomes, strict=True):
                copies = accepted[text.phone.removeprefix("+")]
                assert outcome == "unknown" or copies == (outcome == "taken"), text.phone
            assert set(outcomes) == {"taken", "permanent", "unknown"}

    play(story())
