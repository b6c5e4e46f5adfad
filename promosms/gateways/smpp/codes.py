"""Numbers of SMPP 3.4: commands, statuses, bits of esm_class, tags of optional parameters."""

from enum import IntEnum

VERSION = 0x34
ANSWER = 0x80000000
"""The bit of command_id that tells an answer from a request."""


class Command(IntEnum):
    """command_id, section 5.1.2.1; an answer has the ANSWER bit in addition."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x80000000


class Status(IntEnum):
    """command_status, section 5.1.3: those that are named in the code."""

    OK = 0x00
    INVALID_LENGTH = 0x01
    INVALID_COMMAND_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    NOT_BOUND = 0x04
    ALREADY_BOUND = 0x05
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    INVALID_SYSTEM_TYPE = 0x53
    TRY_AGAIN = 0x64
    NEVER_AGAIN = 0x65
    UNKNOWN_ERROR = 0xFF


class Esm(IntEnum):
    """Bits of esm_class, section 5.2.12."""

    RECEIPT = 0x04
    DELIVERY_ACKNOWLEDGED = 0x08
    INTERMEDIATE = 0x20
    HEADER = 0x40


class Tag(IntEnum):
    """Optional parameters, section 5.3.2: those that are written or read here."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    INTERFACE_VERSION = 0x0210
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427
