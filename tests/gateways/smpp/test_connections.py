"""How the connection is made: TLS with a check of the certificate, IPv6."""

import asyncio
import gc
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from promosms.gateways.base import ErrorClass
from promosms.gateways.smpp import link
from promosms.gateways.smpp.gateway import SmppGateway
from promosms.gateways.smpp.link import connect
from tests.gateways.smpp.stories import current, error_class, play, sms
from tests.gateways.smsc import bound


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context with a certificate for a name, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret = folder / f"{name}.key"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


def test_it_speaks_tls(tmp_path: Path) -> None:
    context, file = certificate(tmp_path, "localhost")

    async def story() -> None:
        settings = {"host": "localhost", "tls": "yes", "tls_ca": str(file)}
        async with bound(context=context, **settings) as stage:
            assert await stage.gateway.submit(sms()) == ("id-1",)
        assert stage.smsc.count()["unbind"] == 1

    play(story())


def test_unbinding_while_tls_closes_already_raises_nothing(tmp_path: Path) -> None:
    context, file = certificate(tmp_path, "localhost")

    async def story() -> None:
        settings = {"host": "localhost", "tls": "yes", "tls_ca": str(file)}
        async with bound(context=context, **settings) as stage:
            session = current(stage)
            session.transport.close()
            await session.unbind(0.2)
            assert session.ended.done()

    play(story())


@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("elsewhere", True)])
def test_it_sends_no_password_to_an_unknown_server(
    tmp_path: Path, name: str, trusted: bool
) -> None:
    context, file = certificate(tmp_path, name)

    async def story() -> None:
        settings = {"host": "localhost", "tls": "yes", "wait_seconds": "0.2"}
        if trusted:
            settings["tls_ca"] = str(file)
        async with bound(context=context, **settings) as stage:
            assert await error_class(stage.gateway, sms()) == (ErrorClass.TEMPORARY, "not_bound")
            assert stage.smsc.log == []

    play(story())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_connection_that_is_given_up_at_any_step_is_closed(
    recwarn: pytest.WarningsRecorder, host: str
) -> None:
    async def story() -> None:
        async with bound() as stage:
            settings = replace(stage.gateway.settings, host=host)
            for step in range(40):
                connecting = asyncio.create_task(connect(settings, nobody, nobody))
                for _ in range(step):
                    await asyncio.sleep(0)
                connecting.cancel()
                with suppress(asyncio.CancelledError):
                    (await connecting).transport.abort()
                del connecting
                gc.collect()

    def nobody(*_: object) -> None:
        return None

    play(story())
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "refused"])
def test_an_address_that_takes_no_connection_leaves_it_to_the_next(
    monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(link, "NEXT_ADDRESS", 0.05)

    async def story() -> None:
        loop = asyncio.get_running_loop()
        sock_connect = loop.sock_connect

        async def connecting(sock: socket.socket, address: tuple[str, int]) -> None:
            if silent and address[0] == "127.0.0.2":
                await asyncio.sleep(3600)
            await sock_connect(sock, address)

        async def two(*_: object, **_named: object) -> list[object]:
            hosts = ("127.0.0.2", "127.0.0.1")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]

        monkeypatch.setattr(loop, "sock_connect", connecting)
        monkeypatch.setattr(loop, "getaddrinfo", two)
        async with bound(host="smpp.example.com") as stage:
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


def test_it_speaks_ipv6() -> None:
    async def story() -> None:
        async with bound(listen="::1", host="::1") as stage:
            assert await stage.gateway.submit(sms()) == ("id-1",)

    play(story())


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "no-such-host.invalid"])
def test_a_host_that_cannot_be_a_name_is_tried_again_and_again(host: str) -> None:
    async def story() -> None:
        settings = {"host": host, "system_id": "a", "password": "b"}
        gateway = SmppGateway(settings | {"wait_seconds": "0.1", "retry_seconds": "0.01"})
        await gateway.open(lambda _: asyncio.sleep(0))
        assert await error_class(gateway, sms()) == (ErrorClass.TEMPORARY, "not_bound")
        keeper = gateway.links[0].keeper
        assert keeper is not None
        assert not keeper.done()
        await gateway.close()

    play(story())
