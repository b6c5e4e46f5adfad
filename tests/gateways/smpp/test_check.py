"""The check of a connection says in one word what an admin has to put right."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from promosms.gateways.smpp.check import Finding, check
from tests.gateways.smpp.stories import play
from tests.gateways.smpp.test_connections import certificate
from tests.gateways.smsc import Smsc, lose, turn_away


async def found(smsc: Smsc, listens: int, settings: Mapping[str, str]) -> Finding:
    """The check runs in a thread of its own, as in a web process."""
    told = {"host": "localhost", "port": str(listens), "system_id": "us", "password": "secret"}
    finding = await asyncio.to_thread(check, {**told, **settings})
    await smsc.until(lambda: not smsc.clients)
    return finding


@pytest.mark.parametrize(
    ("prepare", "settings", "expected"),
    [
        (lambda _: None, {}, Finding.BOUND),
        (lambda smsc: setattr(smsc, "on_bind", turn_away(0x0E)), {}, Finding.REFUSED),
        (lambda smsc: setattr(smsc, "on_bind", turn_away(0x05)), {}, Finding.NOT_NOW),
        (lambda smsc: setattr(smsc, "on_bind", lose), {}, Finding.NO_ANSWER),
        (lambda _: None, {"host": "smpp.invalid"}, Finding.NO_SUCH_HOST),
        (lambda _: None, {"port": "1"}, Finding.UNREACHABLE),
        (lambda _: None, {"tls": "yes"}, Finding.CERTIFICATE),
    ],
    ids=["bound", "password", "full", "silent", "no such host", "closed port", "no TLS there"],
)
def test_it_says_what_is_wrong(
    prepare: Callable[[Smsc], None],
    settings: Mapping[str, str],
    expected: Finding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("promosms.gateways.smpp.check.SECONDS", "0.3")

    async def story() -> None:
        smsc = Smsc()
        prepare(smsc)
        port = await smsc.start()
        try:
            assert await found(smsc, port, settings) == expected
            binds = smsc.count()
            assert not binds["bind_transceiver"]
            assert not binds["bind_receiver"], "receipts would come and be lost"
            assert bool(binds["unbind"]) == (expected is Finding.BOUND)
        finally:
            await smsc.stop()

    play(story())


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        smsc = Smsc()
        context, file = certificate(tmp_path, "other.example")
        port = await smsc.start(tls=context)
        try:
            trusting = {"tls": "yes", "tls_ca": str(file)}
            assert await found(smsc, port, trusting) == Finding.CERTIFICATE
        finally:
            await smsc.stop()

    play(story())
