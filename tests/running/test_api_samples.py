"""The samples of the pages about the API, run as they stand there, against a server over HTTPS."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from benchmarks.installation import account, running_installation
from promosms.models import Role, Scope
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.services.webhooks import signing
from promosms.views.api import plug_ins
from promosms.views.api.guide import LANGUAGES, SAMPLES
from tests.running.server import Server, running
from tests.support.colleagues import add

PROGRAMS = {"sh": "sh", "py": sys.executable, "php": "php", "mjs": "node"}
ENDS = list(LANGUAGES.values())
CERTIFICATE = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Where programs look for the certificate that they trust, as the page says."""


LOGIN = "owner@shop.example"
PLUG_INS = list(plug_ins.LANGUAGES.values())
RECEIVING = ("py", "php", "mjs")
"""The samples that take events: a shell does not listen."""
BODY = '{"type":"webhook.test","timestamp":"","data":{"words":"Łódź"}}'.encode()


@dataclass(frozen=True)
class Receiving:
    """A sample that takes events, and what it has printed."""

    port: int
    secret: str
    printed: Path

    def post(
        self,
        signed_name: str,
        moment: int,
        *,
        name: str = "",
        secret: str = "",
        old: str = "",
        sent: bytes = BODY,
    ) -> int:
        """Send an event, perhaps with something else than what was signed; returns the answer."""
        keys = [*([old] if old else []), secret or self.secret]
        headers = signing.headers(keys, signed_name, moment, BODY)
        headers["webhook-id"] = name or headers["webhook-id"]
        answer = httpx.post(f"http://127.0.0.1:{self.port}/", headers=headers, content=sent)
        return answer.status_code


@dataclass(frozen=True)
class Reader:
    """Somebody who has a sandbox key and does what the page says."""

    server: Server
    key: str

    def run(
        self, sample: str, *words: str, folder: Path = SAMPLES, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a sample with the address and the key in its environment."""
        program = shutil.which(PROGRAMS[sample.rpartition(".")[2]])
        assert program, f"a program for {sample} is missing: scripts/test installs it"
        given = {
            "PATH": os.environ["PATH"],
            "PROMOSMS_ADDRESS": self.server.address,
            "PROMOSMS_KEY": self.key,
            "PROMOSMS_LOGIN": LOGIN,
            **dict.fromkeys(CERTIFICATE, str(self.server.certificate)),
        }
        return subprocess.run(
            [program, str(folder / sample), *words],
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
            account_id = account("shop")
            maker = add(account_id, LOGIN, Role.OWNER)
            _key, token = keys.make(account_id, wish, maker.public_id)
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


@pytest.fixture(params=RECEIVING)
def receiving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiving]:
    """A sample that takes events, listening."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program, sample = shutil.which(PROGRAMS[request.param]), SAMPLES / f"receive.{request.param}"
    assert program, f"a program for {sample.name} is missing: scripts/test installs it"
    by_php = request.param == "php"
    words = ["-q", "-S", f"127.0.0.1:{port}", str(sample)] if by_php else [str(sample), str(port)]
    secret, printed = signing.new_secret(), tmp_path / "printed"
    env = {"PATH": os.environ["PATH"], "PROMOSMS_SECRET": secret, "TMPDIR": str(tmp_path)}
    with printed.open("w") as output:
        process = subprocess.Popen([program, *words], env=env, stdout=output)
        try:
            _wait_for(port)
            yield Receiving(port, secret, printed)
        finally:
            process.kill()
            process.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("it does not listen")


def test_a_sample_takes_what_is_signed_once_and_nothing_else(receiving: Receiving) -> None:
    moment = int(time.time())
    assert receiving.post("evt_1", moment) == 204
    assert receiving.post("evt_1", moment) == 204
    assert receiving.post("evt_2", moment, old=signing.new_secret()) == 204
    assert receiving.post("evt_3", moment, secret=signing.new_secret()) == 400
    assert receiving.post("evt_3", moment - 600) == 400
    assert receiving.post("evt_3", moment, sent=b'{"type":"x","data":{}}') == 400
    assert receiving.post("evt_3", moment, name="evt_4") == 400
    lines = receiving.printed.read_text().splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["webhook.test"] * 2
    assert [json.loads(line.partition(" ")[2]) for line in lines] == [{"words": "Łódź"}] * 2


@pytest.mark.parametrize("end", PLUG_INS)
def test_a_sample_sends_a_text_as_plug_ins_for_promosms_do(reader: Reader, end: str) -> None:
    sent = reader.run(f"send.{end}", folder=plug_ins.SAMPLES)
    assert sent.returncode == 0, sent.stderr
    assert "msg_test_" in sent.stdout
    wrong = reader.run(f"send.{end}", folder=plug_ins.SAMPLES, PROMOSMS_LOGIN="x@shop.example")
    assert wrong.returncode != 0
    assert "400" in wrong.stdout + wrong.stderr
    assert "E-mail and API password do not fit" in wrong.stdout + wrong.stderr


def test_all_samples_are_run() -> None:
    files = {file.name for file in SAMPLES.iterdir()}
    others = {f"receive.{end}" for end in RECEIVING}
    assert files == {f"{name}.{end}" for name in ("send", "read") for end in PROGRAMS} | others
    assert {file.name for file in plug_ins.SAMPLES.iterdir()} == {f"send.{end}" for end in PLUG_INS}
