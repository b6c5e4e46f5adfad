"""The HTTP server: waitress, with TLS, and with deadlines for clients that are slow or silent.

waitress reads requests and sends responses in one thread without waiting for anybody; a thread of
its pool works for a client only from the last byte of the request to the first of the response. So
a connection that says nothing costs a file descriptor and some memory, until its deadline.
"""

import logging
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from promosms.supervisor.request_parser import Parser

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

RECORD = 16_384  # the plain bytes of a TLS record (RFC 8446, section 5.1): one read empties it
SWEPT_EVERY = 1  # seconds
NEVER = 1 << 40
LARGEST_HEAD = 64 * 1024  # bytes
LARGEST_DRAINED = 512 * 1024 * 1024  # bytes of a body that is refused, but read to its end
AT_ONCE = 64  # connections that are taken from the listening socket in one go
# Every process is told of a new connection, and the one that was told last would take most of them.
# So each waits a little, the longer the more connections it has: they spread evenly.
MODESTY, LONGEST_MODESTY = 0.0002, 0.005  # seconds for each connection, and at most
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for each request that waits


@dataclass(frozen=True)
class Deadlines:
    """How long a client may take, in seconds."""

    handshake: float = 10.0
    head: float = 10.0  # from its first byte, or from the handshake, to the end of the header
    keepalive: float = 5.0  # without a new request
    transfer: float = 30.0  # for a body or a response; and one second more for each `RATE` bytes

    RATE = 8192

    def of_transfer(self, size: int) -> float:
        """The seconds for a body or a response of which `size` bytes have passed."""
        return self.transfer + size / self.RATE


@dataclass(frozen=True)
class Crowd:
    """Requests that are answered many at once: their paths begin so, and have their own threads.

    They wait for each other, so there are more threads than for pages; no page waits for them.
    """

    path: str
    threads: int = 32


class Channel(HTTPChannel):
    """A connection."""

    parser_class = Parser

    def __init__(
        self, server: "Server", sock: socket.socket, addr: Any, adj: Any, map: Any = None
    ) -> None:
        sock.setblocking(False)
        self.shaking, self.wants_write = server.tls is not None, False
        if server.tls is not None:
            sock = server.tls().wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self.whole = 0  # requests that have arrived whole
        self.part: tuple[str, int] = ("", 0)  # what the client does at present, in which request
        self.since, self.sent = time.monotonic(), 0  # when that began, and what was sent since
        super().__init__(server, sock, addr, adj, map=map)
        self.sendbuf_len = RECORD

    def readable(self) -> bool:
        """Is something from the client awaited?"""
        if self.shaking:
            return not self.wants_write
        return bool(super().readable())

    def writable(self) -> bool:
        """Is something for the client waiting?"""
        return self.wants_write if self.shaking else bool(super().writable())

    def handle_read(self) -> None:
        """Read what is there."""
        if self.shaking:
            self._shake()
            return
        try:
            data = self.socket.recv(RECORD)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return
        except OSError:
            data = b""
        if data:
            self.last_activity = time.time()
            self.received(data)
        else:
            self.handle_close()

    def handle_write(self) -> None:
        """Send what is there."""
        if self.shaking:
            self._shake()
        else:
            super().handle_write()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send some of it; returns how many bytes."""
        try:
            sent = int(super().send(data, do_close=do_close))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        self.sent += sent
        return sent

    def close(self) -> None:
        """End TLS with a notice, so the client knows that nothing is missing."""
        if isinstance(self.socket, ssl.SSLSocket) and not self.shaking:
            with suppress(OSError, ValueError):
                self.socket.unwrap()
        super().close()

    def received(self, data: bytes) -> bool:
        """Read a piece of a request."""
        before = self.request
        done = bool(super().received(data))
        if self.request is None or self.request is not before:
            self.whole += 1
        return done

    @property
    def busy(self) -> bool:
        """Is a request being answered?"""
        return bool(self.requests or self.total_outbufs_len)

    def is_late(self, now: float, limits: Deadlines) -> bool:
        """Has the client taken longer than it may? `now`: a monotonic time."""
        name, allowed = self._part(limits)
        if (name, self.whole) != self.part:
            self.part, self.since, self.sent = (name, self.whole), now, 0
        return now - self.since > allowed

    def _part(self, limits: Deadlines) -> tuple[str, float]:
        """What the client does, and how long it may."""
        if self.shaking:
            return "handshake", limits.handshake
        if self.total_outbufs_len:
            return "response", limits.of_transfer(self.sent)
        if self.requests:
            return "waiting", NEVER
        if self.request is not None and self.request.headers_finished:
            return "body", limits.of_transfer(self.request.body_bytes_received)
        if self.request is None and self.whole:
            return "idle", limits.keepalive
        return "head", limits.head

    def _shake(self) -> None:
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
        except ssl.SSLWantWriteError:
            self.wants_write = True
        except (OSError, ValueError):
            self.handle_close()
        else:
            self.shaking = self.wants_write = False


class Server(TcpWSGIServer):
    """A listening socket, of TCP or Unix."""

    channel_class = Channel
    next_channel_cleanup = 0.0
    turn: float | None = None
    """When connections that wait may be taken (a monotonic time), while there are some."""

    def __init__(
        self,
        app: "WSGIApplication",
        map: dict[int, Any],
        sock: socket.socket,
        dispatcher: ThreadedTaskDispatcher,
        adj: Adjustments,
        tls: Callable[[], ssl.SSLContext] | None,
        deadlines: Deadlines,
        crowds: Iterable[tuple[str, ThreadedTaskDispatcher]],
    ) -> None:
        self.tls, self.deadlines, self.crowds = tls, deadlines, tuple(crowds)
        self.is_unix = sock.family == socket.AF_UNIX
        info = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(
            app, map, True, sock, dispatcher, adj=adj, sockinfo=info, bind_socket=False
        )

    def getsockname(self) -> tuple[str, object]:
        """Host and port."""
        if self.is_unix:
            return "unix", self.socket.getsockname()
        host, port = super().getsockname()
        return host, port

    def add_task(self, task: Channel) -> None:
        """Give the next request of a connection to the threads for its path."""
        request = task.requests[0]
        path = "" if request.error else request.path  # what cannot be read has none
        crowd = (threads for begin, threads in self.crowds if path.startswith(begin))
        next(crowd, self.task_dispatcher).add_task(task)

    def set_socket_options(self, conn: socket.socket) -> None:
        """Options of a connection over TCP."""
        if not self.is_unix:
            super().set_socket_options(conn)

    def fix_addr(self, addr: Any) -> Any:
        """A peer by a Unix socket has no address."""
        return ("", None) if self.is_unix else addr

    def readable(self) -> bool:
        """Take every connection: where there are too many, the oldest silent one goes."""
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting) and self.turn is None

    def handle_accept(self) -> None:
        """Take the connections that wait, or note when it is this process's turn."""
        wait = min(MODESTY * len(self.active_channels), LONGEST_MODESTY)
        if wait:
            self.turn = time.monotonic() + wait
        else:
            self._take_all()

    def take_turn(self) -> float:
        """Take the connections that wait, if it is time; the seconds until then, or `NEVER`."""
        if self.turn is None:
            return NEVER
        wait = self.turn - time.monotonic()
        if wait > 0:
            return wait
        self.turn = None
        if self.accepting:
            self._take_all()
        return NEVER

    def _take_all(self) -> None:
        for _ in range(AT_ONCE):
            try:
                pair = self.accept()
                if pair is None:
                    return
                self._begin(*pair)
            except (OSError, ValueError):  # it has gone already
                continue

    def maintenance(self, _now: float) -> None:
        """Close connections that have taken longer than they may."""
        now = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_late(now, self.deadlines):
                channel.handle_close()

    def _begin(self, conn: socket.socket, addr: Any) -> None:
        if len(self.active_channels) >= self.adj.connection_limit:
            self._make_room()
        self.set_socket_options(conn)
        try:
            self.channel_class(self, conn, self.fix_addr(addr), self.adj, map=self._map)
        except (OSError, ValueError):
            conn.close()
            raise

    def _make_room(self) -> None:
        silent = [channel for channel in self.active_channels.values() if not channel.busy]
        for channel in sorted(silent, key=lambda each: float(each.creation_time))[:AT_ONCE]:
            channel.handle_close()


class Servers:
    """All listening sockets of a process, with one pool of threads, and one for each crowd."""

    def __init__(
        self,
        app: "WSGIApplication",
        sockets: Iterable[socket.socket],
        *,
        threads: int,
        connections: int = 1000,
        largest: int = 0,
        larger: Mapping[str, int] | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
        deadlines: Deadlines | None = None,
        crowds: Iterable[Crowd] = (),
    ) -> None:
        """`largest`: bytes of a body that are kept for the application; the rest is only counted.

        `larger` has paths where it is another number.

        `tls` is asked for each connection.
        """
        self.map: dict[int, Any] = {}
        self.threads = _threads(threads)
        self.crowds = [(crowd.path, _threads(crowd.threads)) for crowd in crowds]
        adjustments = _adjustments("http" if tls is None else "https", connections, largest)
        adjustments.larger = larger or {}
        self.servers = [
            Server(
                *(app, self.map, each, self.threads, adjustments, tls),
                *(deadlines or Deadlines(), self.crowds),
            )
            for each in sockets
        ]

    def poll(self, seconds: float) -> None:
        """Do what there is to do, at most after these seconds.

        The loop of waitress itself finds the connection of an event by its number only. One that
        was closed meanwhile leaves its number to a new one, which would be hung up for it.
        """
        seconds = min([seconds, *(server.take_turn() for server in self.servers)])
        poller, asked = select.poll(), {}
        for number, connection in list(self.map.items()):
            events = select.POLLIN | select.POLLPRI if connection.readable() else 0
            if connection.writable() and not connection.accepting:
                events |= select.POLLOUT
            if events and self.map.get(number) is connection:
                poller.register(number, events)
                asked[number] = connection
        for number, event in poller.poll(seconds * 1000):
            if self.map.get(number) is asked[number]:
                wasyncore.readwrite(asked[number], event)

    def wake(self) -> None:
        """End a `poll` that waits; also for signal handlers and other threads."""
        for server in self.servers[:1]:
            server.pull_trigger()

    def refuse(self) -> None:
        """Take no more connections."""
        for server in self.servers:
            server.accepting = False
            server.del_channel()

    def busy(self) -> bool:
        """Is any request being answered?"""
        return any(each.busy for server in self.servers for each in server.active_channels.values())

    def end(self, patience: float) -> None:
        """End the threads, and close everything."""
        for threads in (self.threads, *(each for _, each in self.crowds)):
            threads.shutdown(timeout=patience)
        wasyncore.close_all(self.map, ignore_all=True)


def _threads(number: int) -> ThreadedTaskDispatcher:
    threads = ThreadedTaskDispatcher()
    threads.set_thread_count(number)
    return threads


def _adjustments(scheme: str, connections: int, largest: int) -> Adjustments:
    adjustments = Adjustments(
        url_scheme=scheme,
        ident=None,  # no header that reveals our software
        server_name="localhost",
        backlog=2048,
        connection_limit=connections,
        cleanup_interval=SWEPT_EVERY,
        recv_bytes=RECORD,
        outbuf_overflow=NEVER,  # no response, with its names and numbers, goes to a file
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=LARGEST_DRAINED,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=False,  # web/security.py does that
    )
    adjustments.largest = largest
    return adjustments
