"""The socket that every gateway fits: open, submit, events, close."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self

log = logging.getLogger(__name__)
NO_PARTS: Mapping[int, str] = MappingProxyType({})


class OutboundSms(NamedTuple):
    """A text on its way out. `own` is our reference, which some gateways return.

    `taken` are the references of those parts, by their number from 1, that the gateway has taken
    in an earlier try: only the others are to be submitted. `doubtful` is a text that may have
    been taken as a whole, because the answer of an earlier try was lost.
    """

    own: str
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    taken: Mapping[int, str] = NO_PARTS
    doubtful: bool = False


class ReceiptStatus(StrEnum):
    """What a receipt says in the end."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery receipt for one part: the gateway's reference, and ours where it returns it.

    `phone` is the recipient where the gateway names him; it tells parts with like references
    apart.
    """

    reference: str
    own: str
    status: ReceiptStatus
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a recipient sent to one of our numbers.

    One that comes in parts has the same `joint` in each, the number of this part from 1 and of
    all; then its text may begin or end with half of a surrogate pair.
    """

    reference: str
    phone: str
    inbound_number: str
    text: str
    joint: str = ""
    part: int = 1
    parts: int = 1


Event = Receipt | Inbound
Emit = Callable[[Sequence[Event]], Awaitable[None]]


class Trouble(StrEnum):
    """Whether trying again helps: later, never, slower, or nobody can know.

    SETTINGS: our account or our settings at the gateway are at fault (credentials, credit, a
    sender that is not allowed), so that every text would be refused: none is to blame.
    """

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    SETTINGS = "settings"


class GatewayError(Exception):
    """A text was not taken, or nobody knows; `reason` is a short code for people's words.

    `taken` are the references of the parts that were taken all the same, by their number;
    `wait` the seconds that the gateway asks us to wait (Retry-After), if it says so;
    `opted_out` tells that the gateway itself knows of an opt-out of this recipient.
    """

    def __init__(
        self,
        trouble: Trouble,
        reason: str,
        *,
        taken: Mapping[int, str] | None = None,
        wait: float | None = None,
        opted_out: bool = False,
    ) -> None:
        super().__init__(f"{trouble}: {reason}")
        self.trouble = trouble
        self.reason = reason
        self.taken = taken or {}
        self.wait = wait
        self.opted_out = opted_out


class Answer(NamedTuple):
    """What became of a submission: the reference of each part, or a GatewayError's words."""

    references: tuple[str, ...] = ()
    trouble: Trouble | None = None
    reason: str = ""
    taken: Mapping[int, str] = NO_PARTS
    wait: float | None = None
    opted_out: bool = False

    @classmethod
    def of(cls, problem: GatewayError) -> Self:
        """The answer that an error stands for."""
        return cls(
            trouble=problem.trouble,
            reason=problem.reason,
            taken=problem.taken,
            wait=problem.wait,
            opted_out=problem.opted_out,
        )


class Resend(StrEnum):
    """What may be done with a text whose answer was lost."""

    DEDUPE = "dedupe"  # send it again: the gateway knows our reference
    LOOKUP = "lookup"  # ask first
    NEVER = "never"


LONGEST_ANSWER = 30.0
"""Seconds after which nobody waits for an answer any more."""
_running: set[asyncio.Task[None]] = set()  # a loop itself does not keep its tasks alive


class Gateway(ABC):
    """One line to one provider. Lives in one asyncio loop."""

    @abstractmethod
    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the settings of its row. Raises ValueError, one line for the operator."""

    @classmethod
    def resend(cls, settings: Mapping[str, Any]) -> Resend:
        """What may be done with a text whose answer was lost."""
        return Resend.NEVER

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

    def begin(self, sms: OutboundSms, done: Callable[[Answer], None]) -> None:
        """Begin to hand a text over; `done` is called with what became of it, once, in the loop.

        A gateway that can do it without a task for each text overrides this.
        """
        task = asyncio.get_running_loop().create_task(self._begin(sms, done))
        _running.add(task)
        task.add_done_callback(_running.discard)

    async def _begin(self, sms: OutboundSms, done: Callable[[Answer], None]) -> None:
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                found = await self.lookup(sms) if sms.doubtful else None
                answer = Answer(found or await self.submit(sms))
        except GatewayError as problem:
            answer = Answer.of(problem)
        except TimeoutError:
            answer = Answer(trouble=Trouble.UNKNOWN, reason="no_answer")
        except Exception:  # a fault of our own, at a moment of which nobody knows
            log.exception("gateway.failed")
            answer = Answer(trouble=Trouble.UNKNOWN, reason="no_answer")
        done(answer)

    async def lookup(self, sms: OutboundSms) -> tuple[str, ...] | None:
        """The references of a text that may have been taken; None if it was not.

        A gateway whose `resend` says LOOKUP overrides this. One that says DEDUPE need not: it
        drops a repetition by itself. Raises GatewayError; TEMPORARY while it cannot tell.
        """
        return None

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
