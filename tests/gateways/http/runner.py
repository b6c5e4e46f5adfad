"""One runner for the tables of all providers: submit a text and look at the result."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from promosms.gateways import WEBHOOKS
from promosms.gateways.base import (
    Answer,
    ErrorClass,
    Gateway,
    InboxEvent,
    OutboundSms,
    WebhookRequest,
    WebhookTopic,
)
from tests.gateways.http.provider import Provider, Says

LOOPBACK = {"allow_insecure": "yes", "allow_private": "yes", "read_seconds": "30"}
CALLBACK = "https://sms.example/gateways/secret"
PHONE, SENDER = "+48601234567", "+48732000001"
UNICODE = "Zażółć 100% & więcej = „tak” 🙂"
Expected = tuple[str, ...] | tuple[ErrorClass, str]

# What every provider may answer, besides its own codes.
ANY = {
    "it answers too late": (Says(200, b"{}", after=0.8), (ErrorClass.UNKNOWN, "no_answer")),
    "it hangs up": (Says(hangs_up=True), (ErrorClass.UNKNOWN, "no_answer")),
    "it takes the text and talks rubbish": (
        Says(200, b"\xff<html>"),
        (ErrorClass.UNKNOWN, "bad_answer"),
    ),
    "it takes the text and says nothing": (Says(200), (ErrorClass.UNKNOWN, "bad_answer")),
    "it nests without end": (Says(200, b"[" * 60_000), (ErrorClass.UNKNOWN, "bad_answer")),
    "it answers endlessly": (Says(200, b" " * 70_000), (ErrorClass.UNKNOWN, "bad_answer")),
    "it compresses": (
        Says(200, b"\x1f\x8b", (("Content-Encoding", "gzip"),)),
        (ErrorClass.UNKNOWN, "bad_answer"),
    ),
    "it is asked too fast": (Says(429), (ErrorClass.THROTTLED, "throttled")),
    "it is overloaded": (Says(503, b"busy"), (ErrorClass.THROTTLED, "throttled")),
    "it wants to be paid": (Says(402, b"{}"), (ErrorClass.SETTINGS, "no_credit")),
    "it breaks": (Says(500, b"{}"), (ErrorClass.UNKNOWN, "no_answer")),
    "its proxy waits in vain": (Says(504), (ErrorClass.UNKNOWN, "no_answer")),
    "it sees other": (Says(303, b"", (("Location", "/x"),)), (ErrorClass.UNKNOWN, "no_answer")),
}


@dataclass(frozen=True)
class Case:
    """A line of a table: what the provider answers to a text, and what that means."""

    label: str
    says: Says
    expected: Expected
    parts: int = 1

    @property
    def patience(self) -> dict[str, str]:
        """A short time-out only where the answer is late: a busy machine must not run into it."""
        return {"read_seconds": "0.3"} if self.says.after else {}


def text(parts: int = 1, body: str = UNICODE, encoding: str = "ucs2") -> OutboundSms:
    return OutboundSms("4711", PHONE, SENDER, body, encoding, parts)


def ask(
    kind: Callable[[Mapping[str, Any]], Gateway], settings: Mapping[str, str], sms: OutboundSms
) -> Answer:
    """Hand over one text as the engine does; returns its answer."""

    async def run() -> Answer:
        gateway = kind(settings)
        await gateway.open(nothing)
        result: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            gateway.begin(sms, result.set_result)
            return await result
        finally:
            await gateway.close()

    return asyncio.run(run())


def submit(
    kind: Callable[[Mapping[str, Any]], Gateway], settings: Mapping[str, str], sms: OutboundSms
) -> Expected:
    """Submit one text: the references, or the error class and its reason."""
    answer = ask(kind, settings, sms)
    if answer.error_class is not None:
        return answer.error_class, answer.reason
    return answer.references


def check_opt_out(
    kind: Callable[[Mapping[str, Any]], Gateway],
    settings: Mapping[str, str],
    server: Provider,
    says: Says,
) -> None:
    """The provider says that the recipient has opted out there."""
    server.says = says
    answer = ask(kind, settings, text())
    assert (answer.error_class, answer.reason) == (ErrorClass.PERMANENT, "opted_out")
    assert answer.opted_out


def check_wait(
    kind: Callable[[Mapping[str, Any]], Gateway],
    settings: Mapping[str, str],
    server: Provider,
    body: bytes = b"",
) -> None:
    """The provider is asked too fast and says how long to wait; other answers have no wait."""
    slow = (("Retry-After", "7"),)
    for status, wait in ((429, 7.0), (503, 7.0), (500, None), (200, None)):
        server.says = Says(status, body, slow)
        answer = ask(kind, settings, text())
        assert answer.wait == wait, status
        assert (answer.error_class is ErrorClass.THROTTLED) == (wait is not None)


def run_case(
    kind: Callable[[Mapping[str, Any]], Gateway],
    settings: Mapping[str, str],
    server: Provider,
    case: Case,
) -> None:
    """One line of a table; the text is sent exactly once."""
    server.says = case.says
    assert submit(kind, {**settings, **case.patience}, text(case.parts)) == case.expected
    assert len(server.requests) == 1


async def nothing(_events: object) -> None:
    return


def call(
    kind: str,
    settings: Mapping[str, str],
    topic: str,
    fields: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    query: str = "",
    body: bytes = b"",
    address: str = "192.0.2.1",
) -> list[InboxEvent]:
    """A provider calls us with a form, or with the body."""
    all_headers = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    request = WebhookRequest(
        topic=WebhookTopic(topic),
        url=f"{CALLBACK}/{topic}" + (f"?{query}" if query else ""),
        headers=all_headers,
        query=parse_qsl(query),
        form=list(fields.items()),
        body=body or urlencode(fields).encode(),
        address=address,
    )
    return WEBHOOKS[kind].parse(settings, request)


def call_json(
    kind: str,
    settings: Mapping[str, str],
    topic: str,
    body: object,
    *,
    headers: Mapping[str, str] | None = None,
    query: str = "",
) -> list[InboxEvent]:
    """A provider calls us with JSON: as bytes, or written here."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    all_headers = {"content-type": "application/json", **(headers or {})}
    return call(kind, settings, topic, {}, headers=all_headers, query=query, body=raw)


def path(url: str) -> str:
    return urlsplit(url).path


def cases(special: list[Case]) -> list[Case]:
    """A provider's own table and the cases of every provider."""
    return special + [Case(label, *line) for label, line in ANY.items()]


def labels(case: Case) -> str:
    return case.label
