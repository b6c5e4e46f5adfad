"""What every gateway has in common: open, submit, receive, close."""

import asyncio
import json
import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

from promosms.gateways.offered import Offered

log = logging.getLogger(__name__)
RATE = 30
"""Parts per second of a gateway, if nobody has said anything else."""
WINDOW = 10
"""Texts under way on a connection: as many as providers allow at least."""
NO_PARTS: Mapping[int, str] = MappingProxyType({})


class OutboundSms(NamedTuple):
    """A message to submit. Some gateways return `our_reference` in receipts.

    `taken` has the references of the parts, by their number from 1, that the gateway took in an
    earlier try: only the others are submitted. If `unconfirmed`, the gateway may have the whole
    message, because the answer to an earlier try was lost. A `flash` text opens on the screen
    and is not kept (message class 0 of GSM 03.38); only gateways that can do that should get one.
    The network shall try for `validity` minutes, or as long as is usual there (0); who cannot tell
    it so leaves it out.
    """

    our_reference: str
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    taken: Mapping[int, str] = NO_PARTS
    unconfirmed: bool = False
    flash: bool = False
    validity: int = 0


class ReceiptStatus(StrEnum):
    """The final status in a receipt."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a recipient sent to one of our numbers.

    `phone` is in E.164, if it can be read; `address` is the sender as it came, where it has not all
    digits of the number. The parts of a long text have the same `concat_ref`; `part` counts from 1
    to `parts`. The text of a part may begin or end with half of a surrogate pair.
    """

    reference: str
    phone: str
    inbound_number: str
    text: str
    concat_ref: str = ""
    part: int = 1
    parts: int = 1
    address: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery receipt for one part: the gateway's reference, and ours if it returns it.

    `phone` is the recipient in E.164, if the gateway names it and it can be read; `address` is the
    recipient as it came, where it has not all digits of the number. A receipt counts only for a
    text to this recipient. `other_end` is the address at the other end: some networks exchange the
    two. `quoted` is the checksum of the words of the text that it quotes (`quoted_words.py`).
    `outdated`: it says itself that it is about a text of long ago.

    `reply` is set if only its words look like a receipt, which a phone can write as well: it is
    this reply, unless id and phone fit a text. Only then the status may be None: on the way.
    """

    reference: str
    our_reference: str
    status: ReceiptStatus | None
    phone: str = ""
    address: str = field(default="", compare=False)
    other_end: str = field(default="", compare=False)
    quoted: str = field(default="", compare=False)
    outdated: bool = field(default=False, compare=False)
    reply: Inbound | None = None


InboxEvent = Receipt | Inbound
Emit = Callable[[Sequence[InboxEvent]], Awaitable[None]]


class ErrorClass(StrEnum):
    """The class of an error says what to do: try later, never, slower, or leave it unknown.

    SETTINGS: our account or our settings at the provider are wrong (credentials, credit, a sender
    that is not allowed). Every text would be refused.
    """

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    SETTINGS = "settings"


class GatewayError(Exception):
    """A text was not taken, or it is unknown; `reason` is a short code that pages translate.

    `taken` has the references of the parts that were taken, by their number. `wait` is the number
    of seconds that the gateway asks us to wait (Retry-After). `opted_out`: the gateway has an
    opt-out of this recipient.
    """

    def __init__(
        self,
        error_class: ErrorClass,
        reason: str,
        *,
        taken: Mapping[int, str] | None = None,
        wait: float | None = None,
        opted_out: bool = False,
    ) -> None:
        super().__init__(f"{error_class}: {reason}")
        self.error_class = error_class
        self.reason = reason
        self.taken = taken or {}
        self.wait = wait
        self.opted_out = opted_out


class Answer(NamedTuple):
    """The result of a submission: the reference of each part, or the fields of a GatewayError.

    `broken`: there is no answer because the connection broke, as for all other texts in flight.
    """

    references: tuple[str, ...] = ()
    error_class: ErrorClass | None = None
    reason: str = ""
    taken: Mapping[int, str] = NO_PARTS
    wait: float | None = None
    opted_out: bool = False
    broken: bool = False

    @classmethod
    def of(cls, problem: GatewayError) -> Self:
        """The answer for an error."""
        return cls(
            error_class=problem.error_class,
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
"""Seconds to wait for an answer."""
_running: set[asyncio.Task[None]] = set()  # the event loop holds only weak references to tasks


class Gateway(ABC):
    """A client of one provider. Used in one asyncio loop."""

    required: ClassVar[frozenset[str]] = frozenset()
    """Settings without which it does not work."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """All other settings that it knows."""
    offered: ClassVar[tuple[Offered, ...]] = ()
    """Those with a field of their own on the form that adds it; all that are required are."""
    on_change: Callable[[], None] = staticmethod(lambda: None)
    """Called when `ready` has changed."""

    @abstractmethod
    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Read the settings of the row. Raises ValueError, one line of text for the operator."""

    @classmethod
    def resend(cls, settings: Mapping[str, Any]) -> Resend:
        """Whether a text whose answer was lost may be submitted again."""
        return Resend.NEVER

    @classmethod
    def can_flash(cls, settings: Mapping[str, Any]) -> bool:
        """Can it send flash texts? Not unless it says so."""
        return False

    @classmethod
    def can_limit_validity(cls, settings: Mapping[str, Any]) -> bool:
        """Can it tell the network for how long to try? Not unless it says so."""
        return False

    @classmethod
    def most_rate(cls, settings: Mapping[str, Any]) -> float:
        """Parts per second that it takes at most, whatever rate the operator has chosen."""
        return math.inf

    @property
    def ready(self) -> bool:
        """Can it take texts now? If not, no messages are claimed for it."""
        return True

    @abstractmethod
    async def open(self, emit: Emit) -> None:
        """Connect. Acknowledge receipts and replies to the provider when `emit` has returned."""

    @abstractmethod
    async def submit(self, sms: OutboundSms) -> tuple[str, ...]:
        """Hand one text over; returns the gateway's reference of each part or raises GatewayError.

        It returns none if the parts get their references only in receipts, one for each part.
        Without an answer it raises UNKNOWN: the text may have been taken.
        """

    def begin(self, sms: OutboundSms, done: Callable[[Answer], None]) -> None:
        """Begin to submit a text; `done` is called once with the answer, in the loop.

        A gateway that needs no task for each text overrides this.
        """
        task = asyncio.get_running_loop().create_task(self._begin(sms, done))
        _running.add(task)
        task.add_done_callback(_running.discard)

    async def _begin(self, sms: OutboundSms, done: Callable[[Answer], None]) -> None:
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                references = await self.lookup(sms) if sms.unconfirmed else None
                answer = Answer(references or await self.submit(sms))
        except GatewayError as problem:
            answer = Answer.of(problem)
        except TimeoutError:
            answer = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
        except Exception:  # an error in our code: the text may have been sent
            log.exception("gateway.failed")
            answer = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
        done(answer)

    async def lookup(self, sms: OutboundSms) -> tuple[str, ...] | None:
        """The references of a text that may have been taken; None if it was not.

        Gateways whose `resend` is LOOKUP override this. Raises GatewayError, TEMPORARY while the
        provider cannot tell.
        """
        return None

    @abstractmethod
    async def close(self) -> None:
        """Disconnect."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent for one text."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body; a body that is too large or cannot be read is left out.

    `wait` are the seconds that the provider asks us to wait, if it says so.
    """

    status: int
    body: bytes
    wait: float | None = None

    @property
    def ok(self) -> bool:
        """Does the status say that it worked?"""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body read as JSON; None if it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def object(self) -> dict[str, Any]:
        """The body read as a JSON object; empty if it is something else."""
        references = self.json()
        return references if isinstance(references, dict) else {}


class BadSettings(ValueError):
    """Settings with which a gateway cannot work; the text is one line for the operator."""


class WebhookTopic(StrEnum):
    """What a webhook address receives."""

    RECEIPT = "receipt"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A call by a provider: the public URL, header names in lower case, raw body."""

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
    """The call comes from the provider, but cannot be read."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """How a kind of gateway sends receipts and replies by HTTP.

    `parse` raises BadSignature or BadWebhook; `answer` is the body that means "stored".
    """

    parse: Callable[[Mapping[str, Any], WebhookRequest], list[InboxEvent]]
    answer: str = ""
    content_type: str = "text/plain"
