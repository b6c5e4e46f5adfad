"""Most requests of programs share few places; those that are done together need none."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from promosms.web.api.room import OTHERS, Room

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATIENCE = 120  # seconds, after which a test has failed
FREE = [
    ("POST", "/api/v1/messages"),
    ("GET", "/api/v1/messages/msg_aBc1"),
    ("GET", "/"),
    ("POST", "/campaigns"),
]
LIMITED = [
    ("GET", "/api/v1/messages"),
    ("PUT", "/api/v1/messages"),
    ("POST", "/api/v1/messages/batch"),
    ("POST", "/api/v1/messages/msg_aBc1/cancel"),
    ("GET", "/api/v1/recipients"),
    ("POST", "/api/rest/v3_2/sms"),
]


class Answering:
    """An application whose requests wait until they may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Semaphore(0), threading.Event()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        self.begun.release()
        assert self.go_on.wait(PATIENCE)
        start_response("204 No Content", [])
        return []


def ask(room: Room, method: str, path: str) -> str:
    environ = EnvironBuilder(path, method=method).get_environ()
    return run_wsgi_app(room, environ)[1]


@pytest.mark.parametrize(("method", "path"), [*FREE, *LIMITED])
def test_few_are_answered_at_once_but_those_that_wait_together(method: str, path: str) -> None:
    app = Answering()
    room, number = Room(app), OTHERS + 2
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(ask, room, method, path) for _ in range(number)]
        inside = number if (method, path) in FREE else OTHERS
        for _ in range(inside):
            assert app.begun.acquire(timeout=PATIENCE)
        # Nobody else gets in before one of them has gone: the places are counted, not the time.
        assert room.others.acquire(blocking=False) == (inside == number)
        app.go_on.set()
        assert [each.result(PATIENCE) for each in asked] == ["204 No Content"] * number
