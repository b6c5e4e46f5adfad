"""What is written is read again, by us and by smpplib."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Command
from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.pdus import (
    Address,
    Bind,
    DataMessage,
    Named,
    ShortMessage,
    header,
    read_delivered,
)
from tests.gateways.smsc import pdu_bytes, read_pdu

OCTET = st.integers(0, 255)


def words(most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=most)


def plain(most: int) -> st.SearchStrategy[str]:
    return st.text("abc019+-", max_size=most)


def addresses(most: int) -> st.SearchStrategy[Address]:
    return st.builds(Address, words(most), OCTET, OCTET)


TLVS = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=70), max_size=5)
MESSAGES = st.builds(
    ShortMessage,
    source=addresses(20),
    destination=addresses(20),
    message=st.binary(max_size=254),
    service_type=words(5),
    esm_class=OCTET,
    protocol_id=OCTET,
    priority=OCTET,
    scheduled=words(16),
    validity=words(16),
    registered_delivery=OCTET,
    replace_if_present=OCTET,
    data_coding=OCTET,
    default_message=OCTET,
    tlvs=TLVS,
)


@given(MESSAGES)
def test_a_short_message(message: ShortMessage) -> None:
    assert ShortMessage.read(message.write()) == message


@given(st.builds(DataMessage, addresses(64), addresses(64), words(5), OCTET, OCTET, OCTET, TLVS))
def test_a_data_message(message: DataMessage) -> None:
    assert DataMessage.read(message.write()) == message


@given(st.builds(Bind, words(15), words(64), words(12), OCTET, addresses(40)))
def test_a_bind(bind: Bind) -> None:
    assert Bind.read(bind.write()) == bind


@given(st.builds(Named, words(64), TLVS))
def test_an_answer(named: Named) -> None:
    assert Named.read(named.write()) == named


@given(TLVS)
def test_parameters(parameters: dict[int, bytes]) -> None:
    assert tlvs.read(tlvs.write(parameters)) == parameters


@given(st.sampled_from([Command.DELIVER_SM, Command.DATA_SM]), st.binary(max_size=200))
def test_garbage_is_read_or_refused(command: int, data: bytes) -> None:
    with suppress(Malformed):
        assert read_delivered(command, data).octets in data


@given(plain(20), plain(20), st.binary(min_size=1, max_size=254), OCTET, OCTET, plain(16))
def test_smpplib_reads_what_we_write(
    source: str, destination: str, text: bytes, esm_class: int, coding: int, validity: str
) -> None:
    message = ShortMessage(
        Address(source, 5, 0),
        Address(destination, 1, 1),
        text,
        esm_class=esm_class,
        data_coding=coding,
        validity=validity,
    )
    body = message.write()
    pdu = read_pdu(header(len(body), Command.SUBMIT_SM, 0, 77) + body)
    assert (pdu.command, pdu.sequence, pdu.status) == ("submit_sm", 77, 0)
    assert (pdu.source_addr, pdu.destination_addr) == (source.encode(), destination.encode())
    assert (pdu.source_addr_ton, pdu.dest_addr_npi) == (5, 1)
    assert (pdu.short_message, pdu.validity_period) == (text, validity.encode())
    assert (pdu.esm_class, pdu.data_coding) == (esm_class, coding)


@given(plain(20), plain(20), st.binary(min_size=1, max_size=254), OCTET, OCTET, OCTET)
def test_we_read_what_smpplib_writes(
    source: str, destination: str, text: bytes, esm_class: int, coding: int, state: int
) -> None:
    data = pdu_bytes(
        "deliver_sm",
        5,
        source_addr=source,
        source_addr_ton=1,
        destination_addr=destination,
        short_message=text,
        esm_class=esm_class,
        data_coding=coding,
        message_state=state,
    )
    message = ShortMessage.read(data[16:])
    assert (message.source, message.destination) == (Address(source, 1, 0), Address(destination))
    assert (message.message, message.esm_class) == (text, esm_class)
    assert (message.data_coding, message.tlvs) == (coding, {0x0427: bytes((state,))})
