"""The web server itself: what it speaks, what it says about itself, and the samples against it."""

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


def hello(version: int, suites: tuple[int, ...]) -> bytes:
    """A ClientHello of TLS 1.2 or older (RFC 5246, section 7.4.1.2), for localhost."""
    name = b"localhost"
    extensions = b""
    for kind, body in (
        (0, struct.pack("!HBH", len(name) + 3, 0, len(name)) + name),
        (10, struct.pack("!HHH", 4, 23, 29)),  # the curves P-256 and X25519
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


def answer(server: Server, version: int, suites: tuple[int, ...]) -> int:
    """The kind of the first record that comes back; ALERT where the line is just closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(hello(version, suites))
        try:
            return (line.recv(1) or bytes([ALERT]))[0]
        except ConnectionResetError:
            return ALERT


def shake(server: Server, version: ssl.TLSVersion) -> tuple[str | None, str]:
    """Version and cipher of a connection."""
    context = ssl.create_default_context(cafile=str(server.certificate))
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as line,
        context.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        return secure.version(), (secure.cipher() or ("",))[0]


def test_it_speaks_tls_1_3_and_1_2(server: Server) -> None:
    assert shake(server, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    version, cipher = shake(server, ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2"
    assert cipher.startswith("ECDHE-")
    assert "GCM" in cipher or "CHACHA20" in cipher


def test_our_hello_is_understood(server: Server) -> None:
    assert answer(server, TLS["1.2"], (0xC02B, 0xC02C, 0xCCA9)) == HANDSHAKE


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_it_refuses_older_versions(server: Server, version: str) -> None:
    assert answer(server, TLS[version], OLD_SUITES) == ALERT


@pytest.mark.parametrize("weakness", WEAK_SUITES)
def test_it_refuses_weak_ciphers(server: Server, weakness: str) -> None:
    assert answer(server, TLS["1.2"], WEAK_SUITES[weakness]) == ALERT


def test_it_does_not_say_what_it_is(server: Server) -> None:
    context = ssl.create_default_context(cafile=str(server.certificate))
    for path in ("/privacy", "/nothing-here", "/static/app.css"):
        line = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=10)
        line.request("GET", path)
        found = line.getresponse()
        assert found.read()
        assert found.getheader("Server") is None
        assert found.getheader("Strict-Transport-Security")
        line.close()


def test_a_renewed_certificate_counts_without_a_new_start(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    monkeypatch.setattr(
        certificate, "RENEWED_BEFORE", before.not_valid_after_utc - datetime.now(UTC)
    )
    certificate.ensure(server.certificate, "localhost")
    after = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    assert after.serial_number != before.serial_number
    assert shake(server, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"  # it trusts the new one only


def run(sample: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a sample as its first lines say."""
    program = shutil.which(PROGRAMS[sample])
    assert program, f"{PROGRAMS[sample]} is missing: scripts/test installs it"
    return subprocess.run(
        [program, str(SAMPLES / sample), *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("sample", PROGRAMS)
def test_a_sample_connects_to_the_server_that_it_trusts(server: Server, sample: str) -> None:
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
def test_a_sample_does_not_speak_plain_http_to_it(server: Server, sample: str) -> None:
    done = run(sample, server.address.replace("https:", "http:"), str(server.certificate))
    assert done.returncode != 0
