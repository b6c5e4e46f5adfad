"""The local certificate: for this machine, renewed in time, and readable by its owner only."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from promosms.supervisor import certificate


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_it_is_created_for_this_machine_and_the_public_host(tmp_path: Path) -> None:
    path = certificate.ensure(tmp_path / "certificate.pem", "sms.example.com")
    names = read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "sms.example.com"]
    addresses = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    assert names.get_values_for_type(x509.IPAddress) == addresses
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path).not_valid_after_utc - datetime.now(UTC) < timedelta(days=397)


def test_a_valid_certificate_is_kept(tmp_path: Path) -> None:
    path = certificate.ensure(tmp_path / "certificate.pem", "localhost")
    before = path.read_bytes()
    certificate.ensure(path, "localhost")
    assert path.read_bytes() == before


def test_a_certificate_for_another_host_is_replaced(tmp_path: Path) -> None:
    path = certificate.ensure(tmp_path / "certificate.pem", "localhost")
    before = path.read_bytes()
    certificate.ensure(path, "sms.example.com")
    assert path.read_bytes() != before


@pytest.mark.parametrize(("days", "is_new"), [(29, True), (31, False)])
def test_a_certificate_that_expires_within_30_days_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, is_new: bool
) -> None:
    with monkeypatch.context() as short:
        short.setattr(certificate, "DAYS", days)
        path = certificate.ensure(tmp_path / "certificate.pem", "localhost")
    before = path.read_bytes()
    certificate.ensure(path, "localhost")
    assert (path.read_bytes() != before) is is_new


def test_a_damaged_certificate_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pem"
    path.write_text("no certificate")
    certificate.ensure(path, "localhost")
    assert read(path).serial_number
