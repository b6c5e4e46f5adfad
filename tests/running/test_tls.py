"""TLS of the web server: versions, ciphers, headers, and the sample clients against it."""

import http.client
import shutil
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from promosms.supervisor import certificate
from promosms.views.policies.security import SAMPLES
from tests.running.server import Server, running

HANDSHAKE, ALERT = 22, 21
PROGRAMS = {"tls.sh": "sh", "tls.py": sys.executable, "tls.php": "php"}
TLS = {"1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303}
OLD_SUITES = (0xC014, 0xC00A, 0x0039, 0x0035, 0xC013, 0xC009, 0x0033, 0x002F, 0x000A)
WEAK_SUITES = {
    "RSA key exchange": (0x009C, 0x009D, 0x002F, 0x0035, 0x003C, 0x003D),
    "CBC": (0xC023, 0xC024, 0xC027, 0xC028, 0xC009, 0xC00A, 0xC013, 0xC014),
    "RC4, 3DES, NULL, anonymous": (0x0005, 0xC007, 0x000A, 0xC008, 0x003B, 0xC006, 0x0034, 0x006C),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The web server, for all these tests."""
    with running(tmp_path_factory.mktemp("tls")) as started:
        yield started


def client_hello(version: int, suites: tuple[int, ...]) -> bytes:
    """A ClientHello of TLS 1.2 or older (RFC 5246, section 7.4.1.2), for localhost."""
    name = b"localhost"
    extensions = b""
    for kind, body in (
        (0, struct.pack("!HBH", len(name) + 3, 0, len(name)) + name),
        (10, struct.pack("!HHH", 4, 23, 29)),  # the groups P-256 and X25519
        (11, b"\x01\x00"),
        (13, struct.pack("!HHHHH", 8, 0x0403, 0x0804, 0x0401, 0x0203)),
    ):
        extensions += struct.pack("!HH", kind, len(body)) + body
    ciphers = b"".join(struct.pack("!H", suite) for suite in suites)
    body = struct.pack("!H", version) + bytes(32) + b"\x00"
    body += struct.pack("!H", len(ciphers)) + ciphers + b"\x01\x00"
    body += struct.pack("!H", len(extensions)) + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack("!BHH", HANDSHAKE, 0x0301, len(message)) + message


def first_record(server: Server, version: int, suites: tuple[int, ...]) -> int:
    """The type of the first record that is received; ALERT if the connection is just closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(client_hello(version, suites))
        try:
            return (connection.recv(1) or bytes([ALERT]))[0]
        except ConnectionResetError:
            return ALERT


def handshake(server: Server, version: ssl.TLSVersion) -> tuple[str | None, str]:
    """Version and cipher of a connection."""
    context = ssl.create_default_context(cafile=str(server.certificate))
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as secure,
    ):
        return secure.version(), (secure.cipher() or ("",))[0]


def test_it_speaks_tls_1_3_and_1_2(server: Server) -> None:
    assert handshake(server, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    version, cipher = handshake(server, ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2"
    assert cipher.startswith("ECDHE-")
    assert "GCM" in cipher or "CHACHA20" in cipher


def test_our_client_hello_is_accepted(server: Server) -> None:
    assert first_record(server, TLS["1.2"], (0xC02B, 0xC02C, 0xCCA9)) == HANDSHAKE


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_it_refuses_older_versions(server: Server, version: str) -> None:
    assert first_record(server, TLS[version], OLD_SUITES) == ALERT


@pytest.mark.parametrize("weakness", WEAK_SUITES)
def test_it_refuses_weak_ciphers(server: Server, weakness: str) -> None:
    assert first_record(server, TLS["1.2"], WEAK_SUITES[weakness]) == ALERT


def test_it_does_not_reveal_its_software(server: Server) -> None:
    context = ssl.create_default_context(cafile=str(server.certificate))
    for path in ("/privacy", "/nothing-here", "/static/css/components.css"):
        connection = http.client.HTTPSConnection(
            "localhost", server.port, context=context, timeout=60
        )
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.read()
        assert response.getheader("Server") is None
        assert response.getheader("Strict-Transport-Security")
        connection.close()


def test_a_renewed_certificate_is_used_without_a_restart(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    monkeypatch.setattr(
        certificate, "RENEWED_BEFORE", before.not_valid_after_utc - datetime.now(UTC)
    )
    certificate.ensure(server.certificate, "localhost")
    after = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    assert after.serial_number != before.serial_number
    assert (
        handshake(server, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    )  # it trusts only the new certificate


def run(sample: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a sample as its first lines explain."""
    program = shutil.which(PROGRAMS[sample])
    assert program, f"{PROGRAMS[sample]} is missing: scripts/test installs it"
    return subprocess.run(
        [program, str(SAMPLES / sample), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("sample", PROGRAMS)
def test_a_sample_connects_to_a_server_that_it_trusts(server: Server, sample: str) -> None:
    done = run(sample, server.address, str(server.certificate))
    assert done.returncode == 0, done.stderr
    assert "Contact: mailto:" in done.stdout


@pytest.mark.parametrize("sample", PROGRAMS)
def test_a_sample_refuses_a_certificate_that_it_does_not_know(
    server: Server, sample: str, tmp_path: Path
) -> None:
    wrong = certificate.ensure(tmp_path / "wrong.pem", "localhost")
    for words in ([], [str(wrong)]):
        done = run(sample, server.address, *words)
        assert done.returncode != 0
        assert "Contact" not in done.stdout


@pytest.mark.parametrize("sample", PROGRAMS)
def test_a_sample_refuses_another_name(server: Server, sample: str) -> None:
    address = f"https://127.0.0.2:{server.port}"  # the certificate does not cover it
    done = run(sample, address, str(server.certificate))
    assert done.returncode != 0
    assert "Contact" not in done.stdout


@pytest.mark.parametrize("sample", ["tls.sh", "tls.php"])
def test_a_sample_does_not_use_plain_http(server: Server, sample: str) -> None:
    done = run(sample, server.address.replace("https:", "http:"), str(server.certificate))
    assert done.returncode != 0
