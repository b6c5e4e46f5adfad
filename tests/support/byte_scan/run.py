"""The proof: two accounts on a throw-away installation, one leaves, and every byte is read."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.byte_scan import stores
from tests.support.byte_scan.browser import Browser
from tests.support.byte_scan.scanner import Hit, Scanner
from tests.support.byte_scan.story import Shop

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0
START = re.compile("Ctrl-C")
PHONE = re.compile(r"https://\S+/phone/open/\w+")


class Blind(Exception):
    """The scan could not have found anything, so it proves nothing."""


def run(
    database: str,
    people: int,
    tell: Callable[[str], None],
    prepare: Callable[[dict[str, str]], None] = lambda _environment: None,
) -> int:
    """Scan; returns how many canaries are left where they must not be. Raises Blind.

    `prepare` is called with the environment before the installation starts.
    """
    with _installation(database, prepare) as (folder, base, environment):
        leaving, staying = Shop("+4860114", people, 100), Shop("+4872877", people, 101)
        sender = stores.furnish(environment, [leaving, staying])
        for shop in (leaving, staying):
            certificate = folder / "certificate.pem"
            owner = Browser(base, certificate, shop.words["Agent"], shop.address)
            phone = Browser(base, certificate, "Phone", "127.0.0.1")
            phone.get(_phone_link(folder))
            shop.open(owner, phone, sender, _wait)
        time.sleep(2)  # the append-only file of Redis is written every second
        before = _look(folder, environment, leaving)
        kept = _look(folder, environment, staying)
        _must_see(leaving, before)
        _must_see(staying, kept)
        began = time.monotonic()
        leaving.leave(_wait)
        seconds = time.monotonic() - began
        time.sleep(2)
        after = _look(folder, environment, leaving)
        still = _look(folder, environment, staying)
    return _report(tell, leaving, before, after, seconds) + _lost(tell, staying, kept, still)


def _phone_link(folder: Path) -> str:
    """The link that the start has printed; it opens the simulated phone."""
    links = PHONE.findall((folder.parent / "output").read_text())
    if not links:
        raise Blind("the start printed no link for the simulated phone")
    return str(links[0])


def _look(folder: Path, environment: dict[str, str], shop: Shop) -> list[Hit]:
    scanner = Scanner(shop.canaries)
    return [hit for path in stores.files(folder, environment) for hit in scanner.file(path)]


def _must_see(shop: Shop, hits: list[Hit]) -> None:
    """The positive control: each canary is found where it is stored, and nothing else is."""
    canaries = {hit.canary for hit in hits}
    blind = [canary for canary in shop.stored if canary not in canaries]
    if blind:
        raise Blind(f"{len(blind)} canaries were not found before, such as {blind[0]}.")
    leaked = [hit for hit in hits if hit.canary in shop.never]
    if leaked:
        raise Blind(f"{leaked[0].canary} stands in {leaked[0].path.name} although it must not.")


def _left(shop: Shop, hits: list[Hit]) -> list[Hit]:
    """An address may stand in the logs of requests until they are old."""
    return [hit for hit in hits if hit.canary != shop.address or not stores.is_log(hit.path)]


def _report(
    tell: Callable[[str], None], shop: Shop, before: list[Hit], after: list[Hit], seconds: float
) -> int:
    left = _left(shop, after)
    places = Counter(stores.kind(hit.path) for hit in before)
    remain = Counter(stores.kind(hit.path) for hit in left)
    tell(f"{'store':28}{'before':>8}{'after':>8}")
    for place in sorted({*places, *remain}):
        tell(f"{place:28}{places[place]:>8}{remain[place]:>8}")
    for hit in left[:20]:
        tell(f"LEFT: {hit.canary} in {hit.path}")
    tell(f"Deleted with its certificate within {seconds:.0f} s.")
    return len(left)


def _lost(tell: Callable[[str], None], shop: Shop, before: list[Hit], after: list[Hit]) -> int:
    """The negative control: everything of the other account is still there."""
    remaining = {hit.canary for hit in after}
    lost = {hit.canary for hit in before if hit.canary in shop.stored} - remaining
    for canary in sorted(lost):
        tell(f"LOST of the other account: {canary}")
    return len(lost)


@contextmanager
def _installation(
    database: str, prepare: Callable[[dict[str, str]], None]
) -> Iterator[tuple[Path, str, dict[str, str]]]:
    """A temporary installation with all its processes, deleted afterwards."""
    root = Path(tempfile.mkdtemp(prefix="ps-scan-"))
    folder, port = root / "instance", _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PROMOSMS_")},
        "PROMOSMS_INSTANCE": str(folder),
        "PROMOSMS_DATABASE_URL": database or f"sqlite:///{folder / 'promosms.sqlite3'}",
        "PROMOSMS_REDIS_URL": f"unix://{folder / 'valkey.sock'}",
        "PROMOSMS_VIES_URL": "",
        "PROMOSMS_SIMULATOR_RECEIPT_SECONDS": "0.1",
        "PROMOSMS_TICK_SECONDS": "1",
    }
    prepare(environment)
    command = [sys.executable, "-m", "promosms", "up", "--port", str(port), "--http-port", "0"]
    output = (root / "output").open("wb")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    output.close()
    try:

        def started() -> bool:
            if process.poll() is not None:
                raise Blind(f"the installation does not start: {(root / 'output').read_text()}")
            return bool(START.search((root / "output").read_text()))

        _wait(started, "the installation")
        yield folder, f"https://localhost:{port}", environment
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        shutil.rmtree(root, ignore_errors=True)


def _wait(done: Callable[[], bool], name: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise Blind(f"{name} has not come within {PATIENCE:.0f} s")
        time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
