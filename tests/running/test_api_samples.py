"""The samples of the pages about the API, run as they stand there, against a server over HTTPS."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.installation import account, running_installation
from promosms.models import Scope
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.views.api.guide import LANGUAGES, SAMPLES
from tests.running.server import Server, running

PROGRAMS = {"sh": "sh", "py": sys.executable, "php": "php", "mjs": "node"}
ENDS = list(LANGUAGES.values())
CERTIFICATE = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Where programs look for the certificate that they trust, as the page says."""


@dataclass(frozen=True)
class Reader:
    """Somebody who has a sandbox key and does what the page says."""

    server: Server
    key: str

    def run(self, sample: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a sample with the address and the key in its environment."""
        program = shutil.which(PROGRAMS[sample.rpartition(".")[2]])
        assert program, f"a program for {sample} is missing: scripts/test installs it"
        given = {
            "PATH": os.environ["PATH"],
            "PROMOSMS_ADDRESS": self.server.address,
            "PROMOSMS_KEY": self.key,
            **dict.fromkeys(CERTIFICATE, str(self.server.certificate)),
        }
        return subprocess.run(
            [program, str(SAMPLES / sample), *words],
            env=given | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The server with an account, for all these tests."""
    with running_installation() as installation:
        with installation.app.app_context():
            wish = Wish("Trial", tuple(Scope), sandbox=True)
            _key, token = keys.make(account("shop"), wish, "a user")
        with running(tmp_path_factory.mktemp("samples"), **installation.env) as server:
            yield Reader(server, token)


def said(text: str) -> tuple[str, str]:
    """Id and status, which a sample has printed: curl prints the whole answer."""
    if text.startswith("{"):
        answer = json.loads(text)
        return answer["id"], answer["status"]
    name, status = text.split()
    return name, status


@pytest.mark.parametrize("end", ENDS)
def test_a_sample_sends_a_text_and_another_one_reads_it(reader: Reader, end: str) -> None:
    sent = reader.run(f"send.{end}")
    assert sent.returncode == 0, sent.stderr
    name, status = said(sent.stdout)
    assert status in ("queued", "sent", "delivered")  # a second later on a slow machine
    read = reader.run(f"read.{end}", name)
    assert read.returncode == 0, read.stderr
    assert said(read.stdout)[0] == name


@pytest.mark.parametrize("end", ENDS)
def test_a_sample_says_what_was_wrong(reader: Reader, end: str) -> None:
    for done in (
        reader.run(f"send.{end}", PROMOSMS_KEY="psk_test_mistyped"),
        reader.run(f"read.{end}", "msg_nothing", PROMOSMS_KEY="psk_test_mistyped"),
    ):
        assert done.returncode != 0
        assert "unauthorized" in done.stdout + done.stderr
        assert "This is no complete key" in done.stdout + done.stderr


@pytest.mark.parametrize("end", ENDS)
def test_a_sample_refuses_a_certificate_that_it_does_not_know(reader: Reader, end: str) -> None:
    done = reader.run(f"send.{end}", **dict.fromkeys(CERTIFICATE, str(Path(os.devnull))))
    assert done.returncode != 0
    assert "msg_" not in done.stdout


def test_all_samples_are_run() -> None:
    files = {file.name for file in SAMPLES.iterdir()}
    assert files == {f"{name}.{end}" for name in ("send", "read") for end in PROGRAMS}
