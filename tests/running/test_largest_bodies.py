"""What is too large is read to its end and not kept; a page may take more than the others."""

import http.client
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.running.test_crowds import PATIENCE, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def kept(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["wsgi.input"].read())).encode()]


@pytest.mark.parametrize(
    ("path", "size", "bytes_kept"),
    [
        ("/lists", 10, 10),
        ("/lists", 11, 0),
        ("/imports/new", 11, 11),
        ("/imports/new?again=1", 20, 20),
        ("/imports/new", 21, 0),
        ("/imports/newer", 11, 0),
    ],
)
def test_so_much_of_a_body_is_kept(path: str, size: int, bytes_kept: int) -> None:
    with (
        serving(kept, largest=10, larger={"/imports/new": 20}) as port,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line,
    ):
        line.request("POST", path, body=b"x" * size)
        assert int(line.getresponse().read()) == bytes_kept
