"""A check of settings: binds once and says what became of it. Nothing is submitted."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from promosms.gateways.smpp import errors
from promosms.gateways.smpp.codes import Command, Status
from promosms.gateways.smpp.link import CLOSING, bind_body, connect
from promosms.gateways.smpp.session import NoAnswer
from promosms.gateways.smpp.settings import Settings

SECONDS = "5"
"""To connect, and for the answer to the bind."""


class Finding(StrEnum):
    """What became of the bind."""

    BOUND = "bound"
    REFUSED = "refused"
    """The provider does not know our name or password."""
    NOT_NOW = "not_now"
    """The provider refuses the bind for another reason: too many connections, or no service."""
    NO_SUCH_HOST = "no_such_host"
    CERTIFICATE = "certificate"
    """TLS fails: the certificate is not trusted, is another host's, or there is no TLS there."""
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    """Something listens there, and does not speak SMPP as we do."""


def check(settings: Mapping[str, Any]) -> Finding:
    """Bind as a transmitter, so that no receipt or reply comes, and unbind again.

    Takes twice SECONDS at most, and a moment to unbind. Raises SettingError.
    """
    return asyncio.run(_check(Settings.read({**settings, "answer_seconds": SECONDS})))


async def _check(settings: Settings) -> Finding:
    try:
        session = await connect(settings, lambda *_: None, lambda *_: None)
    except socket.gaierror:
        return Finding.NO_SUCH_HOST
    except ssl.SSLError:
        return Finding.CERTIFICATE
    except (OSError, TimeoutError):
        # A server without TLS may hang up, or wait for the rest of what it cannot read.
        without_tls = settings.tls and await _listens(settings)
        return Finding.CERTIFICATE if without_tls else Finding.UNREACHABLE
    try:
        answer = await session.bind(Command.BIND_TRANSMITTER, bind_body(settings))
    except NoAnswer:
        return Finding.NO_ANSWER
    else:
        if answer.status in errors.CREDENTIALS:
            return Finding.REFUSED
        if answer.status != Status.OK:
            return Finding.NOT_NOW
        await session.unbind(CLOSING)
        return Finding.BOUND
    finally:
        session.transport.abort()


async def _listens(settings: Settings) -> bool:
    """Does anything accept connections there?"""
    try:
        async with asyncio.timeout(settings.answer_seconds):
            _, writer = await asyncio.open_connection(settings.host, settings.port)
    except (OSError, TimeoutError):
        return False
    writer.transport.abort()
    return True
