"""The sample configuration of nginx; nginx itself checks it where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path

from promosms.supervisor import certificate
from tests.running.installation import ROOT, free_port

SAMPLE = (ROOT / "deploy" / "nginx.conf").read_text()


def test_it_overwrites_forwarded_headers() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in SAMPLE
    assert "proxy_set_header X-Forwarded-Proto https;" in SAMPLE
    assert "$proxy_add_x_forwarded_for" not in SAMPLE


def test_it_has_the_same_tls_settings_as_our_server() -> None:
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in SAMPLE
    (ciphers,) = re.findall(r"ssl_ciphers (\S+);", SAMPLE)
    for cipher in ciphers.split(":"):
        assert re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305)", cipher)


def test_it_hides_its_version_and_redirects_reading_requests_only() -> None:
    assert "server_tokens off;" in SAMPLE
    assert "if ($request_method !~ ^(GET|HEAD)$) { return 403; }" in SAMPLE


def test_nginx_accepts_it(tmp_path: Path) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    pem = certificate.ensure(tmp_path / "certificate.pem", "sms.example.com")
    text = re.sub(r"listen \[::\].*;\n", "", SAMPLE)
    for port in ("80", "443"):
        text = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{free_port()}", text)
    text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(pem), text)
    config = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{text}}}\n"
    (tmp_path / "nginx.conf").write_text(config)
    # Without nginx only the other tests check the sample.
    if program is not None:
        command = [program, "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
