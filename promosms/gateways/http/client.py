"""The HTTP client of gateways. It refuses internal addresses and tells errors exactly.

Before there is a connection nothing has been sent, so the text can be tried later. After that, a
timeout or a broken connection leaves unknown whether the text was taken.
"""

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import httpx

from promosms.gateways.base import ErrorClass, GatewayError, HttpAnswer, HttpRequest
from promosms.gateways.http.reachable import is_allowed, is_public

CONNECT_SECONDS = 5.0
WARM_SECONDS = 20.0
CONNECTIONS = 100
TRIED = 2  # addresses of a host; more would exceed the time for a text
LARGEST = 64 * 1024
LONGEST_WAIT = 3600.0  # seconds
PACKED = ("gzip", "deflate")
NAMES_SECONDS = 30.0  # how long a resolved name is cached
NOT_SENT = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol),
    httpx.InvalidURL,
)

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Client:
    """Connections to one provider, kept open."""

    def __init__(
        self,
        read_seconds: float,
        *,
        private: bool = False,
        insecure: bool = False,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        transport = Guarded(
            private=private,
            insecure=insecure,
            resolve=resolve or system_addresses,
            trust=trust,
        )
        timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
        self.client = httpx.AsyncClient(
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "PromoSMS", "Accept-Encoding": "identity"},
        )

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Send a request; raises GatewayError if there is no answer."""
        headers = dict(request.headers)
        try:
            async with self.client.stream(
                request.method, request.url, headers=headers, content=request.body
            ) as response:
                wait = retry_after(response.headers.get("Retry-After", ""))
                return HttpAnswer(response.status_code, await _body(response), wait)
        except NOT_SENT as error:
            raise GatewayError(ErrorClass.TEMPORARY, "no_connection") from error
        except httpx.TransportError as error:
            raise GatewayError(ErrorClass.UNKNOWN, "no_answer") from error

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


class Guarded(httpx.AsyncHTTPTransport):
    """Connects only to public addresses.

    It resolves the name itself and connects to the address that it has checked, because the name
    may resolve to another address later. The certificate is checked against the name.
    """

    def __init__(
        self, *, private: bool, insecure: bool, resolve: Resolve, trust: ssl.SSLContext | None
    ) -> None:
        limits = httpx.Limits(
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=WARM_SECONDS,
        )
        super().__init__(verify=trust or True, trust_env=False, limits=limits)
        self.private = private
        self.insecure = insecure
        self.resolve = resolve
        self.addresses_by_host: dict[str, tuple[float, list[str]]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Connect to the first address that answers."""
        url = request.url
        if url.scheme != "https" and not self.insecure:
            raise httpx.UnsupportedProtocol("HTTPS only")
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        problem: httpx.TransportError = httpx.ConnectError("no public address")
        for address in await self._addresses(url.host, url.port or 443):
            request.url = url.copy_with(host=address)
            try:
                return await super().handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
        raise problem

    async def _addresses(self, host: str, port: int) -> list[str]:
        moment = time.monotonic()
        until, addresses = self.addresses_by_host.get(host, (0.0, []))
        if moment >= until:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    addresses = await self.resolve(host, port)
            except OSError as error:  # includes TimeoutError
                raise httpx.ConnectError("unknown host") from error
            self.addresses_by_host[host] = moment + NAMES_SECONDS, addresses
        allowed = is_allowed if self.private else is_public
        return [address for address in addresses if allowed(address)][:TRIED]


def retry_after(header: str) -> float | None:
    """Seconds to wait, from a number or a date; an hour at most. None if it is neither."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        return min(float(header), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


async def system_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, the preferred ones first."""
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(socket_address[0]) for *_, socket_address in infos))


async def _body(response: httpx.Response) -> bytes:
    """The body, decompressed; empty if it is larger than 64 kB."""
    encoding = response.headers.get("Content-Encoding", "identity")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST:
            return b""
    if encoding in PACKED:  # we do not accept encodings, but some providers compress anyway
        return _unpacked(bytes(body))
    return bytes(body) if encoding == "identity" else b""


def _unpacked(body: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=47)  # gzip or zlib, by the first bytes
    try:
        unpacked = reader.decompress(body, LARGEST + 1)
    except zlib.error:
        return b""
    return unpacked if len(unpacked) <= LARGEST else b""
