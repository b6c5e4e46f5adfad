"""The HTTP client of webhooks: it reaches the Internet only, follows nowhere and waits for nobody.

Names are looked up when something is sent, and a connection is opened only to an address that was
judged at that moment: a name that leads into the own network later reaches nothing.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx import create_ssl_context
from yarl import URL

from promosms.gateways.http.client import retry_after, system_addresses
from promosms.services.webhooks import addresses

SECONDS = addresses.SECONDS
CONNECT_SECONDS = 5.0
NAMES_SECONDS = 30
WARM_SECONDS = 20.0
LOOK_UPS = 64
"""Names that are looked up at the same time: a name server that is silent holds up the others."""
LARGEST = 16 * 1024
"""Bytes of an answer that are read, so that its connection can be used again."""
ASKS_TO_WAIT = (429, 503)

Answer = tuple[str, int, float]
"""An HTTP status as text or an error as a code, milliseconds, and how long it asks to wait."""
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Refused(OSError):
    """The name leads to an address that webhooks may not reach."""


@dataclass(frozen=True)
class Request:
    """What is sent: JSON as a POST, or without a body a GET, which plug-ins want, also by http."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Client:
    """Connections to the endpoints, kept open for a while; made within an event loop."""

    def __init__(
        self,
        *,
        private: bool = False,
        resolve: Resolve = system_addresses,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.private = private
        self.threads = ThreadPoolExecutor(LOOK_UPS, "look-up")
        asyncio.get_running_loop().set_default_executor(self.threads)
        connector = aiohttp.TCPConnector(
            limit=0,
            resolver=Resolver(resolve),
            ttl_dns_cache=NAMES_SECONDS,
            keepalive_timeout=WARM_SECONDS,
            ssl=trust or create_ssl_context(),
            socket_factory=self._socket,
        )
        self.session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept-Encoding", "Accept"),
            headers={"User-Agent": "PromoSMS-Webhooks"},
        )

    async def send(self, request: Request) -> Answer:
        """Send a request; whatever happens is an answer."""
        began = time.monotonic()
        answer, wait = await self._try(request)
        return answer, round((time.monotonic() - began) * 1000), wait

    async def _try(self, request: Request) -> tuple[str, float]:
        plain = request.body is None
        if addresses.problem_of(request.url, private=self.private, plain=plain):
            return "refused_address", 0.0
        try:
            async with self.session.request(
                "GET" if plain else "POST",
                # As it was given: whoever gave it may have encoded it in an unusual way.
                URL(request.url, encoded=True),
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                wait = 0.0
                if response.status in ASKS_TO_WAIT:
                    wait = retry_after(response.headers.get("Retry-After", "")) or 0.0
                if len(await response.content.read(LARGEST)) == LARGEST:
                    response.close()
                return str(response.status), wait
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return code_of(error), 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _socket(self, info: Any) -> socket.socket:
        """The socket of a connection; every one comes by here, by name or by address."""
        family, kind, protocol, _, address = info
        if not addresses.may_connect(address[0], private=self.private):
            raise Refused(address[0])
        return socket.socket(family, kind, protocol)


class Resolver(AbstractResolver):
    """Looks names up. Where they lead is judged when the socket is made."""

    def __init__(self, look_up: Resolve) -> None:
        self.look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self.look_up(host, port)
        ]

    async def close(self) -> None:
        """Nothing is open."""


def code_of(error: BaseException) -> str:
    """What went wrong, as a code for the log of the webhook."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, Refused):
        return "refused_address"
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLError):
        return "certificate"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "tls"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unknown_name"
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        return "no_connection"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "broken"
