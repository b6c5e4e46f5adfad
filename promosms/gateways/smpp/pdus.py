"""Bodies of PDUs and how they are written and read (SMPP 3.4 section 4)."""

from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple, Self

from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import VERSION, Command, Tag
from promosms.gateways.smpp.fields import Malformed, Reader, text
from promosms.gateways.smpp.tlvs import Tlvs

HEADER = 16
NUMBERS = Struct(">LLLL")
"""The header (section 3.2): length of the whole PDU, command, status, sequence."""


def header(length: int, command: int, status: int, sequence: int) -> bytes:
    """The header of a PDU whose body has `length` octets."""
    return NUMBERS.pack(HEADER + length, command, status, sequence)


class Address(NamedTuple):
    """A number or name with type of number and numbering plan (sections 5.2.5 and 5.2.6)."""

    value: str
    ton: int = 0
    npi: int = 0

    def write(self, most: int) -> bytes:
        """The three fields; the address has at most `most` octets with its zero."""
        return bytes((self.ton, self.npi)) + text(self.value, most)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """The three fields."""
        ton, npi = reader.octets(2)
        return cls(reader.text(), ton, npi)


@dataclass(frozen=True, slots=True)
class Bind:
    """bind_transmitter, bind_receiver, bind_transceiver (section 4.1)."""

    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    version: int = VERSION
    addresses: Address = Address("")

    def write(self) -> bytes:
        """Longer passwords than the eight characters of the specification are common."""
        return (
            text(self.system_id, 16)
            + text(self.password, 65)
            + text(self.system_type, 13)
            + bytes((self.version,))
            + self.addresses.write(41)
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The body of a bind; raises Malformed."""
        reader = Reader(data)
        return cls(
            reader.text(), reader.text(), reader.text(), reader.octet(), Address.read(reader)
        )


@dataclass(frozen=True, slots=True)
class Named:
    """An answer that carries one string: system_id of a bind, message_id of the others."""

    name: str = ""
    tlvs: Tlvs = field(default_factory=dict)

    def write(self) -> bytes:
        """The string has at most 64 characters, as a message_id (section 5.2.23)."""
        return text(self.name, 65) + tlvs.write(self.tlvs)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """A refusal may have no body (section 4.4.2), and some forget the closing zero."""
        return cls(name_of(data), tlvs.read(data.partition(b"\0")[2]))


def name_of(data: bytes) -> str:
    """The string of an answer without its optional parameters."""
    return data.partition(b"\0")[0].decode("latin-1")


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """submit_sm and deliver_sm (sections 4.4.1 and 4.6.1)."""

    source: Address
    destination: Address
    message: bytes = b""
    service_type: str = ""
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    scheduled: str = ""
    validity: str = ""
    registered_delivery: int = 0
    replace_if_present: int = 0
    data_coding: int = 0
    default_message: int = 0
    tlvs: Tlvs = field(default_factory=dict)

    def write(self) -> bytes:
        """Raises Malformed where a field is too long."""
        if len(self.message) > 254:
            raise Malformed("more than 254 octets of text")
        return b"".join(
            (
                text(self.service_type, 6),
                self.source.write(21),
                self.destination.write(21),
                bytes((self.esm_class, self.protocol_id, self.priority)),
                text(self.scheduled, 17),
                text(self.validity, 17),
                bytes((self.registered_delivery, self.replace_if_present)),
                bytes((self.data_coding, self.default_message, len(self.message))),
                self.message,
                tlvs.write(self.tlvs),
            )
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The body of a submit_sm or deliver_sm; raises Malformed."""
        reader = Reader(data)
        service_type = reader.text()
        source, destination = Address.read(reader), Address.read(reader)
        esm_class, protocol_id, priority = reader.octets(3)
        scheduled, validity = reader.text(), reader.text()
        registered, replace, coding, default, length = reader.octets(5)
        return cls(
            source=source,
            destination=destination,
            message=reader.octets(length),
            service_type=service_type,
            esm_class=esm_class,
            protocol_id=protocol_id,
            priority=priority,
            scheduled=scheduled,
            validity=validity,
            registered_delivery=registered,
            replace_if_present=replace,
            data_coding=coding,
            default_message=default,
            tlvs=tlvs.read(reader.rest()),
        )

    @property
    def octets(self) -> bytes:
        """The text, wherever it stands (section 5.3.2.32)."""
        return self.message or self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")


@dataclass(frozen=True, slots=True)
class DataMessage:
    """data_sm (section 4.7.1): its text is an optional parameter."""

    source: Address
    destination: Address
    service_type: str = ""
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    tlvs: Tlvs = field(default_factory=dict)

    def write(self) -> bytes:
        """Raises Malformed where a field is too long."""
        return b"".join(
            (
                text(self.service_type, 6),
                self.source.write(65),
                self.destination.write(65),
                bytes((self.esm_class, self.registered_delivery, self.data_coding)),
                tlvs.write(self.tlvs),
            )
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The body of a data_sm; raises Malformed."""
        reader = Reader(data)
        service_type = reader.text()
        source, destination = Address.read(reader), Address.read(reader)
        esm_class, registered, coding = reader.octets(3)
        parameters = tlvs.read(reader.rest())
        return cls(source, destination, service_type, esm_class, registered, coding, parameters)

    @property
    def octets(self) -> bytes:
        """The text."""
        return self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")


Delivered = ShortMessage | DataMessage


def read_delivered(command: int, body: bytes) -> Delivered:
    """The body of a deliver_sm or data_sm. Raises Malformed."""
    kind = DataMessage if command == Command.DATA_SM else ShortMessage
    return kind.read(body)
