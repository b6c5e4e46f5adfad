"""The HTTP client of gateways: guarded against inner addresses, and exact about what is known.

Before the connection stands nothing has been sent, so trying later is safe. Once a request is on
its way, silence and breaks leave open whether the text was taken.
"""

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from promosms.gateways.base import GatewayError, Trouble
from promosms.gateways.http_messages import HttpAnswer, HttpRequest, retry_after

CONNECT_SECONDS = 5.0
WARM_SECONDS = 20.0
CONNECTIONS = 100
TRIED = 2  # addresses of a host: more would take longer than a text may
LARGEST = 64 * 1024
PACKED = ("gzip", "deflate")
NAMES_SECONDS = 30.0  # how long a resolved name is believed
NOT_SENT = (
    *(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol),
    httpx.InvalidURL,
)
# Where clouds hand out the credentials of their machines; nobody texts there, whoever asks.
METADATA = [ip_network(net) for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128")]
METADATA += [ip_network(net) for net in ("100.100.100.200/32", "168.63.129.16/32")]
METADATA += [ip_network("255.255.255.255/32")]  # everybody on the same wire
# Ways to write an inner IPv4 address that Python takes for public ones: NAT64, 6to4, Teredo.
WRAPPED = [ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32")]

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Client:
    """Connections to one provider, kept warm."""

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
            raise GatewayError(Trouble.TEMPORARY, "no_connection") from error
        except httpx.TransportError as error:
            raise GatewayError(Trouble.UNKNOWN, "no_answer") from error

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


class Guarded(httpx.AsyncHTTPTransport):
    """Connects to public addresses only, and to the very address that was looked at.

    A name could point elsewhere a moment later, so it is resolved here and the connection goes to
    the number; the certificate is still checked against the name.
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
        self.known: dict[str, tuple[float, list[str]]] = {}

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
        until, found = self.known.get(host, (0.0, []))
        if moment >= until:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    found = await self.resolve(host, port)
            except OSError as error:  # a time-out is one too
                raise httpx.ConnectError("unknown host") from error
            self.known[host] = moment + NAMES_SECONDS, found
        allowed = is_allowed if self.private else is_public
        return [one for one in found if allowed(one)][:TRIED]


async def system_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, the preferred ones first."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_allowed(text: str) -> bool:
    """May a gateway inside stand there: not where machines get credentials, nor everywhere?"""
    address = _unwrapped(text)
    if address is None or address.is_multicast or address.is_unspecified:
        return False
    return not any(address in network for network in METADATA)


def is_public(text: str) -> bool:
    """Is it an address of the Internet, not of this machine or of a network inside?"""
    address = _unwrapped(text)
    return address is not None and address.is_global and is_allowed(text)


def _unwrapped(text: str) -> IPv4Address | IPv6Address | None:
    """The address that is reached in the end; None where another may be hidden in it."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    hidden = any(address in network for network in WRAPPED)
    return address.ipv4_mapped or (None if hidden else address)


async def _body(response: httpx.Response) -> bytes:
    """The body, or nothing if it is larger than 64 kB, as it came or unpacked."""
    encoding = response.headers.get("Content-Encoding", "identity")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST:
            return b""
    if encoding in PACKED:  # nobody asked for that, but some do it
        return _unpacked(bytes(body))
    return bytes(body) if encoding == "identity" else b""


def _unpacked(body: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=47)  # either of the two, by its first bytes
    try:
        found = reader.decompress(body, LARGEST + 1)
    except zlib.error:
        return b""
    return found if len(found) <= LARGEST else b""
