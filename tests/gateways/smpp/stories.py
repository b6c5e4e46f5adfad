"""Helpers that these tests share."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from promosms.gateways.base import ErrorClass, GatewayError, OutboundSms
from promosms.gateways.smpp.gateway import SmppGateway
from promosms.gateways.smpp.session import Session
from promosms.sms.segments import measure
from tests.gateways.smsc import Stage

# A handshake that the client has given up: the library's own task waits for it up to a minute.
HANDSHAKE = "BaseSelectorEventLoop._accept_connection2"


def play(story: Coroutine[Any, Any, None]) -> None:
    """Play a story to its end, within a minute; it leaves no task of ours behind."""

    async def run() -> None:
        async with asyncio.timeout(60):
            await story
            # The SMSC notices the end of a connection, and its task ends, some rounds later.
            while _ours() != {asyncio.current_task()}:
                await asyncio.sleep(0.001)

    asyncio.run(run())


def _ours() -> set[asyncio.Task[Any] | None]:
    tasks = asyncio.all_tasks()
    return {task for task in tasks if getattr(task.get_coro(), "__qualname__", "") != HANDSHAKE}


def sms(text: str = "Hello", number: int = 1, sender: str = "PromoSMS") -> OutboundSms:
    """A text to one of many numbers."""
    size = measure(text)
    return OutboundSms(str(number), f"+4860{number:07}", sender, text, size.encoding, size.parts)


async def error_class(gateway: SmppGateway, text: OutboundSms) -> tuple[ErrorClass, str]:
    """The error class of a text that is not taken, and its reason."""
    try:
        references = await gateway.submit(text)
    except GatewayError as problem:
        return problem.error_class, problem.reason
    raise AssertionError(f"taken as {references}")


def current(stage: Stage) -> Session:
    """The bound session."""
    session = stage.gateway.links[0].session
    assert session is not None
    return session
