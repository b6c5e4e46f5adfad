"""Runs in which stores, clocks, disks and the web fail."""

import os
import random
import signal
import time
from contextlib import suppress

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message
from tests.faults import failpoints
from tests.faults.disk import Disk
from tests.faults.failpoints import QUEUES
from tests.faults.installation import Installation, until
from tests.faults.report import Report, reporting
from tests.support.postgres import Server

HOUR, DAY = 3600.0, 86400.0
JUMPS = (0.0, HOUR, -HOUR, DAY, -DAY)


def redis(installation: Installation, messages: int, flushes: int, restarts: int) -> Report:
    """Redis loses all its data several times, and is killed between."""
    chance = random.Random(installation.seed)
    with reporting("redis", installation) as report:
        installation.begin(messages)
        installation.launch()
        installation.start_all()
        blows = ["flush"] * flushes + ["kill"] * restarts
        chance.shuffle(blows)
        pause = 0.8 * messages / installation.options.rate / len(blows)
        for blow in blows:
            time.sleep(chance.uniform(0, 2 * pause))
            if blow == "kill":
                installation.restart_redis()
            else:
                installation.flush_redis()
            installation.revive()
    report.facts |= {"flushes": flushes, "kills of Redis": restarts}
    report.expect(report.findings.unknown == 0, "Redis must not make texts unknown")
    return report


def postgres(installation: Installation, server: Server, messages: int, times: int) -> Report:
    """The database server is stopped without a checkpoint, and started a moment later."""
    chance = random.Random(installation.seed)
    slowest = 0.0
    with reporting("postgres", installation) as report:
        installation.begin(messages)
        installation.launch()
        installation.start_all()
        for _ in range(times):
            if not installation.busy():
                installation.launch()
            time.sleep(chance.uniform(0.2, 1.5))
            server.crash()
            time.sleep(chance.uniform(0, 1))
            server.start()
            slowest = max(slowest, _recovery(installation))
    report.facts |= {"immediate stops": times, "slowest recovery": f"{slowest:.1f} s"}
    most = times * installation.options.window
    report.expect(report.findings.unknown <= most, "more than a window unknown by a stop")
    return report


def clocks(installation: Installation, messages: int, times: int) -> Report:
    """The clocks of all processes jump by an hour or a day, together or independently."""
    chance = random.Random(installation.seed)
    files = {name: installation.folder / f"clock-{name}" for name in QUEUES}
    with reporting("clocks", installation) as report:
        installation.begin(messages)
        for file in files.values():
            failpoints.set_clock(file, 0)
        installation.clocks = files
        installation.start_all()
        installation.launch()
        for number in range(times):
            jump = chance.choice(JUMPS)
            for file in files.values():
                failpoints.set_clock(file, jump if number % 2 else chance.choice(JUMPS))
            time.sleep(chance.uniform(0.1, 0.6))
            installation.revive()
            if not installation.busy():
                installation.launch()
        # Work postponed by a wrong clock becomes due on later days.
        for day in range(3):
            for file in files.values():
                failpoints.set_clock(file, day * (DAY + HOUR))
            time.sleep(1.0)
    report.facts["jumps"] = times
    return report


def disk(
    installation: Installation, full: Disk, people: int, times: int, server: Server | None = None
) -> Report:
    """The disk of the database fills up while a campaign runs, and gets space again.

    A launch during this time must be refused or kept.
    """
    chance = random.Random(installation.seed)
    launched = 0
    with reporting("disk", installation) as report:
        installation.begin(people)
        installation.start_all()
        for _ in range(times):
            launched += _launch(installation)
            time.sleep(chance.uniform(0.2, 1.0))
            full.fill(installation.pids.values())
            time.sleep(1.0)
            launched += _launch(installation)
            time.sleep(1.0)
            full.free(installation.pids.values())
            if server is not None:
                server.start()
    report.facts |= {"times full": times, "launches kept": launched, "by": full.kind}
    report.facts["launches refused"] = 2 * times - launched
    report.expect(report.findings.messages == launched * people, "a kept launch was lost")
    report.expect(_is_intact(installation), "the database is damaged")
    return report


def web(installation: Installation, campaigns: int) -> Report:
    """Campaigns are launched in a process that is killed at random; the client retries."""
    chance = random.Random(installation.seed)
    journal = installation.folder / "journal"
    kills = 0
    with reporting("web", installation) as report:
        installation.begin(10)
        installation.start_all()
        ids = [installation.draft() for _ in range(campaigns)]
        while True:
            pid = installation.fork("tests.faults.clients:launch_all", [ids, str(journal)], "web")
            # Ever later, so that it gets ahead on a slow machine, too.
            time.sleep(chance.uniform(0.02, 0.1 + kills / 100))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            code = installation.ended(pid, block=True)
            if code == 0:
                break
            report.expect(code == -signal.SIGKILL, f"the web ended with {code}")
            kills += 1
    report.facts |= {"campaigns": campaigns, "kills of the web": kills}
    query = select(func.count()).where(Campaign.status == CampaignStatus.FINISHED)
    report.expect(
        installation.ask(lambda: db.session.scalar(query)) == campaigns, "not all finished"
    )
    report.expect(report.findings.messages == campaigns * 10, "not exactly one launch each")
    return report


def _launch(installation: Installation) -> bool:
    """Launch a campaign; False if that was refused."""
    try:
        installation.launch()
    except OperationalError:
        return False
    return True


def _recovery(installation: Installation) -> float:
    """Seconds until the SMSC takes texts again, if any wait."""
    began, before = time.monotonic(), installation.tell()["taken"]

    def goes_on() -> bool:
        installation.revive()
        return installation.tell()["taken"] > before or not installation.waiting()

    until(goes_on, 60, "nothing is sent after the database has come back")
    return time.monotonic() - began


def _is_intact(installation: Installation) -> bool:
    """Does the database find itself whole?"""
    if installation.database_url.startswith("sqlite"):
        words = "PRAGMA integrity_check"
        return bool(installation.ask(lambda: db.session.scalar(text(words))) == "ok")
    count = select(func.count()).select_from(Message)
    return installation.ask(lambda: db.session.scalar(count)) is not None
