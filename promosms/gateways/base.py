"""The socket that every gateway fits: open, submit, events, close."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class OutboundSms:
    """A text on its way out. `own` is our reference, which some gateways return."""

    own: str
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int


class ReceiptStatus(StrEnum):
    """What a receipt says in the end."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery receipt for one part: the gateway's reference, and ours where it returns it."""

    reference: str
    own: str
    status: ReceiptStatus


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a recipient sent to one of our numbers."""

    reference: str
    phone: str
    inbound_number: str
    text: str


Event = Receipt | Inbound
Emit = Callable[[Sequence[Event]], Awaitable[None]]


class Trouble(StrEnum):
    """Whether trying again helps: later, never, slower, or nobody can know."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"


class GatewayError(Exception):
    """A text was not taken, or nobody knows; `reason` is a short code for people's words."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(f"{trouble}: {reason}")
        self.trouble = trouble
        self.reason = reason


class Resend(StrEnum):
    """What may be done with a text whose answer was lost."""

    DEDUPE = "dedupe"  # send it again: the gateway knows our reference
    LOOKUP = "lookup"  # ask first
    NEVER = "never"


class Gateway(ABC):
    """One line to one provider. Lives in one asyncio loop."""

    resend: ClassVar[Resend] = Resend.NEVER

    @abstractmethod
    async def open(self, emit: Emit) -> None:
        """Connect. `emit` stores events and returns when they are safe: acknowledge after it."""

    @abstractmethod
    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """Hand one text over; returns the gateway's reference of each part or raises GatewayError.

        A text whose answer does not come raises UNKNOWN: it may have been taken.
        """

    @abstractmethod
    async def close(self) -> None:
        """Say good-bye."""
