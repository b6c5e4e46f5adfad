"""Room for the requests of programs: most of them come and go alone, and some are done together.

The web server has many threads for programs, because those who send or read a single text are
answered many at once (`lib/together.py`), and wait for each other without a connection to the
database. Each of the other requests may need one of its own, and much time: of these few are
answered at once, so that connections are left for all, and people's pages stay as fast as they are.
"""

import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from promosms.web.api import EVERY, PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OTHERS = 4
"""So many requests that are not done together are answered at the same time."""
TOGETHER = {
    "GET": re.compile(rf"{PREFIX}/messages/\w+", re.ASCII),
    "POST": re.compile(rf"{PREFIX}/messages"),
}


class Room:
    """Stands before the application."""

    def __init__(self, wsgi_app: "WSGIApplication") -> None:
        self.wsgi_app = wsgi_app
        self.others = threading.BoundedSemaphore(OTHERS)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        together = TOGETHER.get(environ["REQUEST_METHOD"])
        if not path.startswith(EVERY) or (together and together.fullmatch(path)):
            return self.wsgi_app(environ, start_response)
        with self.others:
            return self.wsgi_app(environ, start_response)


def init_app(app: Flask) -> None:
    """Before the application."""
    app.__dict__["wsgi_app"] = Room(app.wsgi_app)
