"""The cases on which both ends must agree, a function for each."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from promosms.gateways.base import (
    ErrorClass,
    GatewayError,
    Inbound,
    InboxEvent,
    OutboundSms,
    Receipt,
)
from promosms.gateways.base import ReceiptStatus as Status
from promosms.gateways.concatenation import concatenate
from promosms.gateways.smpp.gateway import SmppGateway
from promosms.gateways.smpp.link import BindRefused
from promosms.sms.segments import measure
from tests.conformance.node import SECONDS, News, Server

PHONE, NUMBER = "48601234567", "48732000001"
LONG = "Zniżka: 20 € off all [winter] boots. " * 12
PLAIN = "20 € off all [winter] boots {today} ^_^ @ our shop. " * 8


class Client:
    """Our gateway at the server, and the events that it stored."""

    def __init__(self, server: Server, **settings: object) -> None:
        address = {"host": "127.0.0.1", "port": server.port, "system_id": "promo"}
        self.server = server
        self.gateway = SmppGateway(address | {"password": "secret"} | settings)
        self.events: list[InboxEvent] = []

    async def emit(self, events: Sequence[InboxEvent]) -> None:
        """Store."""
        self.events.extend(events)

    async def submit(self, text: str, our_reference: int = 258) -> list[News]:
        """Submit a text; returns its parts as the server understood them."""
        size = measure(text)
        sms = OutboundSms(
            str(our_reference), f"+{PHONE}", "PromoSMS", text, size.encoding, size.parts
        )
        references = await self.gateway.submit(sms)
        parts = await self.server.texts(len(references))
        assert references == tuple(part["id"] for part in parts)
        return parts

    async def deliver(self, command: str = "deliver_sm", **fields: object) -> None:
        """The server sends something; it was stored when the answer is there."""
        address = {"source_addr": PHONE, "source_addr_ton": 1, "destination_addr": NUMBER}
        await self.server.send(command, **address, dest_addr_ton=1, **fields)
        answer = await self.server.wait(f"{command}_resp")
        assert answer["status"] == 0, answer


@asynccontextmanager
async def client(server: Server, **settings: object) -> AsyncIterator[Client]:
    """A client that is bound, and says good-bye."""
    opened = Client(server, **settings)
    await opened.gateway.open(opened.emit)
    try:
        yield opened
    finally:
        await opened.gateway.close()
    await server.wait("unbind")


async def it_binds_as_transceiver(server: Server) -> None:
    """One session; the server knows us, and we say good-bye."""
    async with client(server):
        news = await server.wait("bind_transceiver")
        assert (news["system_id"], news["version"]) == ("promo", 0x34)
    await server.wait("close")


async def it_binds_as_transmitter_and_receiver(server: Server) -> None:
    """Two sessions: texts leave by one, receipts come by the other."""
    async with client(server, bind="tx_rx") as bound:
        await server.wait("bind_transmitter")
        await server.wait("bind_receiver")
        (part,) = await bound.submit("Hello")
        await bound.deliver(esm_class=4, short_message=report(part["id"]))
        assert bound.events == [Receipt(part["id"], "", Status.DELIVERED, f"+{PHONE}")]
    await server.wait("unbind")


async def a_wrong_password_is_final(server: Server) -> None:
    """We do not try again."""
    refused_client = Client(server, password="guessed")
    with pytest.raises(BindRefused) as caught:
        await refused_client.gateway.open(refused_client.emit)
    assert (caught.value.error_class, caught.value.reason) == (ErrorClass.SETTINGS, "credentials")


async def a_short_text(server: Server) -> None:
    """Addresses, alphabet, validity and the request for a receipt."""
    async with client(server) as bound:
        (part,) = await bound.submit("Hi @ 5 € {now}")
        assert part["text"] == "Hi @ 5 € {now}"
        assert (part["source"], part["destination"]) == (["PromoSMS", 5, 0], [PHONE, 1, 1])
        assert (part["coding"], part["receipt"], part["esm_class"]) == (0, 1, 0)
        assert part["hours"] == 24


async def a_text_in_another_alphabet(server: Server) -> None:
    """UCS-2, with characters beyond the first 65,536; and a flash text."""
    async with client(server, flash="yes") as bound:
        (part,) = await bound.submit("Zażółć gęślą 😀")
        assert (part["text"], part["coding"]) == ("Zażółć gęślą 😀", 0x18)


async def long_texts_with_a_header(server: Server) -> None:
    """UDH of 8 and of 16 bits, in both alphabets."""
    for way, element in (("udh8", "000302{:02x}{:02x}"), ("udh16", "08040102{:02x}{:02x}")):
        async with client(server, long=way) as bound:
            for text, coding in ((PLAIN, 0), (LONG, 8)):
                parts = await bound.submit(text)
                total = len(parts)
                assert "".join(part["text"] for part in parts) == text
                assert {(part["coding"], part["esm_class"]) for part in parts} == {(coding, 0x40)}
                headers = [[element.format(total, n)] for n in range(1, total + 1)]
                assert [part["header"] for part in parts] == headers


async def long_texts_with_parameters(server: Server) -> None:
    """SAR."""
    async with client(server, long="sar") as bound:
        for text in (PLAIN, LONG):
            parts = await bound.submit(text)
            assert "".join(part["text"] for part in parts) == text
            assert [part["sar"] for part in parts] == [
                [258, len(parts), number + 1] for number in range(len(parts))
            ]


async def long_texts_as_a_whole(server: Server) -> None:
    """message_payload."""
    async with client(server, long="payload") as bound:
        for text in (PLAIN, LONG):
            (part,) = await bound.submit(text)
            assert (part["text"], part["payload"]) == (text, True)


async def receipts_in_text_and_parameters(server: Server) -> None:
    """By deliver_sm and data_sm, final and on the way."""
    async with client(server) as bound:
        await bound.deliver(esm_class=4, short_message=report("1"))
        await bound.deliver(esm_class=4, short_message=report("2", "ENROUTE"))
        await bound.deliver(esm_class=4, receipted_message_id="3", message_state=3)
        await bound.deliver(esm_class=4, message_payload=report("4", "UNDELIV"))
        await bound.deliver("data_sm", esm_class=4, receipted_message_id="5", message_state=5)
        assert bound.events == [
            Receipt("1", "", Status.DELIVERED, f"+{PHONE}"),
            Receipt("3", "", Status.EXPIRED, f"+{PHONE}"),
            Receipt("4", "", Status.UNDELIVERED, f"+{PHONE}"),
            Receipt("5", "", Status.UNDELIVERED, f"+{PHONE}"),
        ]


async def replies(server: Server) -> None:
    """One in a single part, and one in parts by header and by parameters, a pair cut in two."""
    async with client(server) as bound:
        await bound.deliver(short_message=b"STOP")
        octets = "Tak 😀 ż".encode("utf-16-be")
        for number, piece in ((2, octets[10:]), (1, octets[:10])):
            header = bytes((5, 0, 3, 7, 2, number))
            await bound.deliver(esm_class=0x40, data_coding=8, short_message=header + piece)
        for number, piece in ((1, b"5 \x1b"), (2, b"e")):
            sar: dict[str, Any] = {
                "sar_msg_ref_num": 9,
                "sar_total_segments": 2,
                "sar_segment_seqnum": number,
            }
            await bound.deliver(data_coding=0, short_message=piece, **sar)
        texts = [event for event in bound.events if isinstance(event, Inbound)]
        assert {(e.phone, e.inbound_number) for e in texts} == {(f"+{PHONE}", f"+{NUMBER}")}
        assert texts[0].text == "STOP"
        assert concatenate((texts[2].text, texts[1].text)) == "Tak 😀 ż"
        assert concatenate((texts[3].text, texts[4].text)) == "5 €"
        assert [event.concat_ref for event in texts[1:]].count(texts[1].concat_ref) == 2


async def both_ends_check_the_connection(server: Server) -> None:
    """enquire_link, ours and theirs."""
    async with client(server, enquire_seconds="0.2"):
        for _ in range(3):
            await server.wait("enquire_link")
        await server.send("enquire_link")
        assert (await server.wait("enquire_link_resp"))["status"] == 0


async def unknown_commands_are_refused(server: Server) -> None:
    """generic_nack with the number of the question."""
    async with client(server) as bound:
        await server.send("query_sm", message_id="1")
        assert (await server.wait("generic_nack"))["status"] == 3
        assert await bound.submit("Still here")


async def throttling(server: Server) -> None:
    """A refusal that means slower; then the text is taken."""
    async with client(server) as bound:
        await server.refuse(0x58)
        with pytest.raises(GatewayError) as caught:
            await bound.submit("Hello")
        assert (caught.value.error_class, caught.value.reason) == (
            ErrorClass.THROTTLED,
            "throttled",
        )
        assert (await server.wait("submit_sm"))["status"] == 0x58
        assert await bound.submit("Hello")


async def a_text_that_is_taken_in_part(server: Server) -> None:
    """What is missing follows with the same reference."""
    async with client(server) as bound:
        size = measure(PLAIN)
        sms = OutboundSms("7", f"+{PHONE}", "PromoSMS", PLAIN, size.encoding, size.parts)
        await server.refuse(0, 0x14)
        with pytest.raises(GatewayError) as caught:
            await bound.gateway.submit(sms)
        taken = caught.value.taken
        first = await server.texts(size.parts)
        assert sorted(taken) == [1, *range(3, size.parts + 1)]
        references = await bound.gateway.submit(sms._replace(taken=taken))
        (second,) = await server.texts(1)
        assert second["header"] == first[1]["header"]
        assert references == tuple({**taken, 2: second["id"]}[n] for n in range(1, size.parts + 1))


async def good_bye_of_the_server(server: Server) -> None:
    """It is answered, and we bind again."""
    async with client(server, retry_seconds="0.05") as bound:
        await server.wait("bind_transceiver")
        await server.send("unbind")
        assert (await server.wait("unbind_resp"))["status"] == 0
        await server.wait("bind_transceiver")
        assert await bound.submit("Hello again")


async def a_thousand_texts(server: Server) -> None:
    """All at once through a window; each has its own reference."""
    async with client(server, window="50") as bound:
        texts = [OutboundSms(str(n), f"+{PHONE}", "Shop", "Hello", "gsm7", 1) for n in range(1000)]
        async with asyncio.timeout(SECONDS * 4):
            references = await asyncio.gather(*map(bound.gateway.submit, texts))
        assert len(set(references)) == 1000
        await server.texts(1000)


def report(name: str, state: str = "DELIVRD") -> bytes:
    """The usual text of a receipt."""
    return (
        f"id:{name} sub:001 dlvrd:001 submit date:2611220900 done date:2611220901"
        f" stat:{state} err:000 text:Hello"
    ).encode()


CASES = [
    it_binds_as_transceiver,
    it_binds_as_transmitter_and_receiver,
    a_wrong_password_is_final,
    a_short_text,
    a_text_in_another_alphabet,
    long_texts_with_a_header,
    long_texts_with_parameters,
    long_texts_as_a_whole,
    receipts_in_text_and_parameters,
    replies,
    both_ends_check_the_connection,
    unknown_commands_are_refused,
    throttling,
    a_text_that_is_taken_in_part,
    good_bye_of_the_server,
    a_thousand_texts,
]
