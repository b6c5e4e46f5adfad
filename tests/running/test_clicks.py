"""Links in texts: what was answered is stored, also when web processes are killed."""

import http.client
import random
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from benchmarks.installation import Installation, account, running_installation
from benchmarks.preparation import add_people, launched
from promosms.extensions import db
from promosms.models import Click, Link, LinkKind, Message
from promosms.services.campaigns import preparation
from promosms.services.links import links
from promosms.settings import settings_of
from tests.running.server import Server, running
from tests.support.links import FOUND
from tests.support.own_database import own_database

__all__ = ["own_database"]
PEOPLE = 30
VISITORS, TIMES = 4, 40
KILLS = (20, 60, 100)
"""A worker is killed when so many links were answered."""
BROWSER = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile)", "Sec-Fetch-Mode": "navigate"}


@dataclass
class Crowd:
    """People who open links at the same time: how often which code was answered, and was not."""

    server: Server
    codes: list[str]
    answered: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    guard: threading.Condition = field(default_factory=threading.Condition)

    def visit(self, seed: int) -> None:
        """Open links, one after the other."""
        chance = random.Random(seed)
        context = ssl.create_default_context(cafile=str(self.server.certificate))
        line = http.client.HTTPSConnection(
            "localhost", self.server.port, context=context, timeout=120
        )
        with closing(line):
            for _ in range(TIMES):
                code = chance.choice(self.codes)
                good = leads_somewhere(line, code)
                with self.guard:
                    (self.answered if good else self.unsure)[code] += 1
                    self.guard.notify_all()

    def wait_for(self, answers: int) -> None:
        """Wait until so many links were answered."""
        with self.guard:
            assert self.guard.wait_for(lambda: self.answered.total() >= answers, timeout=240)


def leads_somewhere(line: http.client.HTTPSConnection, code: str) -> bool:
    """Open a link; False if there was no answer."""
    try:
        line.request("GET", f"{links.PATH}{code}", headers=BROWSER)
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        line.close()  # the next request opens it again
        return False
    return answer.status == 302


@pytest.fixture
def installation(own_database: str) -> Iterator[Installation]:
    """An installation of its own: its processes are killed."""
    with running_installation(own_database) as made:
        yield made


def test_no_click_that_was_answered_is_lost_when_workers_are_killed(
    installation: Installation, tmp_path: Path
) -> None:
    app = installation.app
    with app.app_context():
        account_id = account("clicks")
        add_people(account_id, PEOPLE, 600_000_000)
        campaign_id, _ = launched(account_id, links=True)
        preparation.prepare(campaign_id)
        codes = [FOUND.findall(text)[0] for text in db.session.scalars(select(Message.text))]
        assert len(set(codes)) == PEOPLE
        db.session.remove()
    settings = {name: value for name, value in installation.env.items() if "PROMOSMS" in name}
    settings["PROMOSMS_SECRET_KEY"] = settings_of(app).secret_key
    with running(tmp_path, workers=2, **settings) as server:
        crowd = Crowd(server, codes)
        visitors = [
            threading.Thread(target=crowd.visit, args=(seed,), daemon=True)
            for seed in range(VISITORS)
        ]
        for visitor in visitors:
            visitor.start()
        for answers in KILLS:
            crowd.wait_for(answers)
            workers = psutil.Process(server.pid).children()
            victim = min(workers, key=lambda worker: worker.create_time())
            victim.kill()
            victim.wait(240)
        for visitor in visitors:
            visitor.join(240)
    assert crowd.answered.total() + crowd.unsure.total() == VISITORS * TIMES
    assert crowd.answered.total() > KILLS[-1]
    with app.app_context():
        check(crowd)


def check(crowd: Crowd) -> None:
    """Every answer is stored once; of those without one it is not known."""
    stored: Counter[tuple[int, int]] = Counter()
    for click in db.session.scalars(select(Click)):
        stored[click.link_id, click.recipient_id] = click.times
    pairs = {code: pair for code in crowd.codes for pair in links.decode(code) if pair in stored}
    for code in crowd.codes:
        times = stored[pairs[code]] if code in pairs else 0
        assert crowd.answered[code] <= times <= crowd.answered[code] + crowd.unsure[code], code
    query = select(Link.people, Link.clicks).where(Link.kind == LinkKind.ADDRESS)
    assert tuple(db.session.execute(query).one()) == (len(stored), stored.total())
    assert db.session.scalar(select(func.count()).select_from(Click)) == len(stored)
