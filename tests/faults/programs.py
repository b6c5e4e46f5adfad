"""Programs that send by the API while the web is killed: each repeats until it gets an answer."""

import os
import random
import signal
import ssl
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import ApiMessage, Message, Role, Scope
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.settings import settings_of
from tests.faults.installation import Installation
from tests.faults.report import Report, reporting
from tests.running.server import Server, running
from tests.support.colleagues import add

SINGLES, BATCHES = 3, 1
"""Programs that send single texts, and that send batches."""
PEOPLE = 20
MOBILE = ("50", "60", "66", "78")
PATIENCE = 120  # seconds for one request and all its repetitions


def kills(installation: Installation, times: int) -> Report:
    """The processes of the web are killed at random; every request is repeated with its key."""
    chance = random.Random(installation.seed)
    with reporting("api", installation) as report, tempfile.TemporaryDirectory() as folder:
        installation.begin(1)
        with installation.app.app_context():
            wish = Wish("Shop", tuple(Scope))
            maker = add(installation.account_id, "shop@example.com", Role.OWNER)
            _key, token = keys.make(installation.account_id, wish, maker.public_id)
            db.session.remove()
        installation.start_all()
        with running(Path(folder), workers=2, **_environment(installation)) as server:
            programs = _Programs(server, token)
            with ThreadPoolExecutor(SINGLES + BATCHES) as pool:
                futures = [
                    pool.submit(programs.run, number, batches=number >= SINGLES)
                    for number in range(SINGLES + BATCHES)
                ]
                try:
                    for _ in range(times):
                        time.sleep(chance.uniform(0.05, 0.4))
                        installation.revive()
                        _kill_one(server, chance)
                finally:
                    programs.over.set()
                for future in futures:
                    future.result()
    report.facts |= {"kills of the web": times, **programs.facts}
    _check(installation, programs, report)
    return report


def _environment(installation: Installation) -> dict[str, str]:
    own = {name: value for name, value in installation.env.items() if "PROMOSMS" in name}
    return {**own, "PROMOSMS_SECRET_KEY": settings_of(installation.app).secret_key}


def _kill_one(server: Server, chance: random.Random) -> None:
    workers = psutil.Process(server.pid).children()
    if workers:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(workers).pid, signal.SIGKILL)


class _Programs:
    """What they have sent: `sent` has how many texts each acknowledged request was for."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.token = server, token
        self.over = threading.Event()
        self.facts: Counter[str] = Counter()
        self.guard = threading.Lock()
        self.references: list[str] = []
        self.ids: list[str] = []

    def run(self, number: int, *, batches: bool) -> None:
        """Send one request after the other, until it is over."""
        place = 0
        while not self.over.is_set():
            name = f"{number}-{place}"
            path, body = _batch(name) if batches else _single(name)
            answer = self._until_answered(path, body, name)
            texts = answer["messages"] if batches else [answer]
            with self.guard:
                self.facts["requests"] += 1
                self.references += [text["reference"] for text in texts]
                self.ids += [text["id"] for text in texts]
            place += 1

    def _until_answered(self, path: str, body: dict[str, Any], name: str) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self._once(lambda client: client.post(path, json=body), name)
            if answer is not None and answer.status_code == 201:
                with self.guard:
                    self.facts["answered again"] += "Idempotency-Replayed" in answer.headers
                found: dict[str, Any] = answer.json()
                return found
            assert answer is None or answer.status_code in (409, 503), answer.text
            with self.guard:
                self.facts["repeated"] += 1
            time.sleep(0.02)
        raise AssertionError(f"{path}: no answer after {PATIENCE} s")

    def _once(
        self, ask: Callable[[httpx.Client], httpx.Response], name: str
    ) -> httpx.Response | None:
        """One try on a connection of its own; None if it is cut."""
        tls = ssl.create_default_context(cafile=str(self.server.certificate))
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": name}
        base = f"{self.server.address}/api/v1"
        with httpx.Client(verify=tls, base_url=base, headers=headers, timeout=20) as client:
            try:
                return ask(client)
            except httpx.TransportError:
                return None


def _phone(name: str, place: int) -> str:
    """A number of its own for each text, so that the SMSC tells repetitions."""
    program, _, request = name.partition("-")
    return f"+48{MOBILE[int(program)]}{int(request) * PEOPLE + place:07}"


def _single(name: str) -> tuple[str, dict[str, Any]]:
    body = {"to": _phone(name, 0), "text": f"Order {name} is here.", "reference": name}
    return "/messages", body


def _batch(name: str) -> tuple[str, dict[str, Any]]:
    people = [
        {"to": _phone(name, place), "reference": f"{name}-{place}", "values": {"n": str(place)}}
        for place in range(PEOPLE)
    ]
    return "/messages/batch", {"text": f"Order {name}-{{n}} is here.", "messages": people}


def _check(installation: Installation, programs: _Programs, report: Report) -> None:
    """Is each acknowledged text there once, and nothing else?"""
    texts = installation.ask(lambda: db.session.scalar(select(func.count()).select_from(Message)))
    query = select(ApiMessage.reference)
    stored = installation.ask(lambda: Counter(db.session.scalars(query)))
    report.facts["texts"] = texts
    report.expect(stored == Counter(programs.references), "stored is not what was acknowledged")
    report.expect(len(set(programs.ids)) == len(programs.ids) == texts, "not one id for each text")
    report.expect(max(stored.values(), default=0) == 1, "a text is stored twice")
