"""The socket that every gateway fits: open, submit, events, close."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


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

    @property
    def ready(self) -> bool:
        """Can it take texts now? While it cannot, nothing is claimed for it."""
        return True

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


class BadSettings(ValueError):
    """Settings with which a gateway cannot work; the text is one line for the operator."""


class WebhookTopic(StrEnum):
    """What an address of ours is told about."""

    RECEIPT = "receipt"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A call by a provider as it came: the public URL, header names in lower case, raw body."""

    topic: WebhookTopic
    url: str
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    form: Sequence[tuple[str, str]]
    body: bytes
    address: str


class BadSignature(Exception):
    """The call does not come from the provider."""


class BadWebhook(Exception):
    """The call comes from the provider, but nobody can make sense of it."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """How a kind of gateway is told by HTTP: what a call means, and what it wants to hear.

    `parse` raises BadSignature or BadWebhook; `answer` is the body that means "stored".
    """

    parse: Callable[[Mapping[str, Any], WebhookRequest], list[Event]]
    answer: str = ""
    content_type: str = "text/plain"
