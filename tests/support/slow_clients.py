"""Clients that are slow or silent: each holds a connection and never ends what it has begun."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

# The first bytes of a handshake: a record of 512 bytes is announced, and four come.
BEGUN_HANDSHAKE = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"
HEAD = b"GET /privacy HTTP/1.1\r\nHost: localhost:%d\r\nX-Long: "
POST = b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 100000\r\n\r\n"
PAGE = b"GET /privacy HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"
PAGES = 40  # more than the buffers of the system hold
CHUNKED = (
    b"POST /login HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nx"
)


@dataclass
class Client:
    """A connection; `more` is sent again and again, a byte at a time."""

    connection: socket.socket
    more: bytes = b""

    def drip(self) -> None:
        """Send the next byte, if the server still wants it."""
        if self.more:
            with suppress(OSError):
                self.connection.sendall(self.more[:1])
                self.more = self.more[1:] + self.more[:1]

    def is_closed(self) -> bool:
        """Has the server ended the connection?"""
        self.connection.settimeout(0)
        try:
            while self.connection.recv(65_536):
                pass
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True


def silent(port: int) -> Client:
    """It connects, and says nothing."""
    return Client(_connect(port))


def half_a_handshake(port: int) -> Client:
    """It begins TLS."""
    client = Client(_connect(port))
    client.connection.sendall(BEGUN_HANDSHAKE)
    return client


def dripping_handshake(port: int) -> Client:
    """It goes on with TLS byte by byte."""
    return Client(half_a_handshake(port).connection, b"\0")


def no_request(port: int) -> Client:
    """After the handshake it says nothing."""
    return Client(_secure(port))


def half_a_head(port: int) -> Client:
    """It begins a header."""
    return _sent(_secure(port), HEAD, port)


def dripping_head(port: int) -> Client:
    """It goes on with the header byte by byte."""
    return Client(half_a_head(port).connection, b"x")


def stopped_body(port: int) -> Client:
    """It announces a body that never comes."""
    return _sent(_secure(port), POST, port)


def dripping_body(port: int) -> Client:
    """It sends the body byte by byte."""
    return Client(stopped_body(port).connection, b"x")


def chunked_body(port: int) -> Client:
    """It sends a body of unknown length byte by byte."""
    return Client(_sent(_secure(port), CHUNKED, port).connection, b"x")


def unread_response(port: int) -> Client:
    """It asks for many pages, and reads none."""
    return _sent(_secure(port), PAGE * PAGES, *[port] * PAGES)


def idle(port: int) -> Client:
    """It reads a page, and keeps the connection."""
    client = _sent(_secure(port), PAGE, port)
    client.connection.recv(65_536)
    return client


def plain_half_a_head(port: int) -> Client:
    """It begins a header, without TLS."""
    return _sent(_connect(port), HEAD, port)


def plain_stopped_body(port: int) -> Client:
    """It announces a body that never comes, without TLS."""
    return _sent(_connect(port), POST, port)


KINDS: tuple[Callable[[int], Client], ...] = (
    silent,
    half_a_handshake,
    dripping_handshake,
    no_request,
    half_a_head,
    dripping_head,
    stopped_body,
    dripping_body,
    chunked_body,
    unread_response,
    idle,
)
PLAIN_KINDS: tuple[Callable[[int], Client], ...] = (silent, plain_half_a_head, plain_stopped_body)


def _connect(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", port))
    return connection


def _secure(port: int) -> socket.socket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(_connect(port), server_hostname="localhost")


def _sent(connection: socket.socket, text: bytes, *values: int) -> Client:
    connection.sendall(text % values)
    return Client(connection)
