"""A proxy on loopback that can stop forwarding, as a host does that has lost its power.

The other side sees neither an end nor an error: the kernel of this machine acknowledges what comes.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Proxy:
    """Forwards connections to a Unix socket; `port` is its own."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]
        self.sockets: list[socket.socket] = []
        self.frozen: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Forward nothing more of the connections that are open. New ones work."""
        self.frozen.update(self.sockets)

    def close(self) -> None:
        """End all connections."""
        for one in [self.server, *self.sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self.target))
                self.sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self.frozen:
                    to.sendall(data)
            if source not in self.frozen:
                to.shutdown(socket.SHUT_WR)


@contextmanager
def running(target: Path) -> Iterator[Proxy]:
    """A proxy for a Unix socket."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
