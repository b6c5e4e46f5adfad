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
from tests.faults import points
from tests.faults.disk import Disk
from tests.faults.plant import Plant, until
from tests.faults.points import QUEUES
from tests.faults.report import Report, reporting
from tests.support.postgres import Server

HOUR, DAY = 3600.0, 86400.0
JUMPS = (0.0, HOUR, -HOUR, DAY, -DAY)


def redis(plant: Plant, messages: int, flushes: int, restarts: int) -> Report:
    """Redis loses everything, again and again, and is killed now and then."""
    chance = random.Random(plant.seed)
    with reporting("redis", plant) as report:
        plant.begin(messages)
        plant.launch()
        plant.start_all()
        blows = ["flush"] * flushes + ["kill"] * restarts
        chance.shuffle(blows)
        pause = 0.8 * messages / plant.options.rate / len(blows)
        for blow in blows:
            time.sleep(chance.uniform(0, 2 * pause))
            if blow == "kill":
                plant.restart_redis()
            else:
                plant.flush_redis()
            plant.revive()
    report.facts |= {"flushes": flushes, "kills of Redis": restarts}
    report.expect(report.findings.unknown == 0, "Redis must not make texts unknown")
    return report


def postgres(plant: Plant, own: Server, messages: int, times: int) -> Report:
    """The database server is stopped without a checkpoint, and started a moment later."""
    chance = random.Random(plant.seed)
    slowest = 0.0
    with reporting("postgres", plant) as report:
        plant.begin(messages)
        plant.launch()
        plant.start_all()
        for _ in range(times):
            if not plant.busy():
                plant.launch()
            time.sleep(chance.uniform(0.2, 1.5))
            own.crash()
            time.sleep(chance.uniform(0, 1))
            own.start()
            slowest = max(slowest, _recovery(plant))
    report.facts |= {"immediate stops": times, "slowest recovery": f"{slowest:.1f} s"}
    most = times * plant.options.window
    report.expect(report.findings.unknown <= most, "more than a window unknown by a stop")
    return report


def clocks(plant: Plant, messages: int, times: int) -> Report:
    """The clocks of all processes jump by an hour or a day, together or each its own way."""
    chance = random.Random(plant.seed)
    files = {name: plant.folder / f"clock-{name}" for name in QUEUES}
    with reporting("clocks", plant) as report:
        plant.begin(messages)
        for file in files.values():
            points.set_clock(file, 0)
        plant.clocks = files
        plant.start_all()
        plant.launch()
        for number in range(times):
            jump = chance.choice(JUMPS)
            for file in files.values():
                points.set_clock(file, jump if number % 2 else chance.choice(JUMPS))
            time.sleep(chance.uniform(0.1, 0.6))
            plant.revive()
            if not plant.busy():
                plant.launch()
        # What was put off by a wrong clock becomes due as the days go by.
        for day in range(3):
            for file in files.values():
                points.set_clock(file, day * (DAY + HOUR))
            time.sleep(1.0)
    report.facts["jumps"] = times
    return report


def disk(plant: Plant, full: Disk, people: int, times: int, own: Server | None = None) -> Report:
    """The disk of the database fills up while a campaign runs, and gets space again.

    A launch meanwhile must be refused, or be kept.
    """
    chance = random.Random(plant.seed)
    launched = 0
    with reporting("disk", plant) as report:
        plant.begin(people)
        plant.start_all()
        for _ in range(times):
            launched += _launch(plant)
            time.sleep(chance.uniform(0.2, 1.0))
            full.fill(plant.pids.values())
            time.sleep(1.0)
            launched += _launch(plant)
            time.sleep(1.0)
            full.free(plant.pids.values())
            if own is not None:
                own.start()
    report.facts |= {"times full": times, "launches kept": launched, "by": full.kind}
    report.facts["launches refused"] = 2 * times - launched
    report.expect(report.findings.messages == launched * people, "a kept launch was lost")
    report.expect(_whole(plant), "the database is damaged")
    return report


def web(plant: Plant, campaigns: int) -> Report:
    """Campaigns are launched in a process that is killed at random; the client tries again."""
    chance = random.Random(plant.seed)
    journal = plant.folder / "journal"
    kills = 0
    with reporting("web", plant) as report:
        plant.begin(10)
        plant.start_all()
        ids = [plant.draft() for _ in range(campaigns)]
        while True:
            pid = plant.fork("tests.faults.clients:launch_all", [ids, str(journal)], "web")
            time.sleep(chance.uniform(0.02, 0.3))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            code = plant.ended(pid, block=True)
            if code == 0:
                break
            report.expect(code == -signal.SIGKILL, f"the web ended with {code}")
            kills += 1
    report.facts |= {"campaigns": campaigns, "kills of the web": kills}
    query = select(func.count()).where(Campaign.status == CampaignStatus.FINISHED)
    report.expect(plant.ask(lambda: db.session.scalar(query)) == campaigns, "not all finished")
    report.expect(report.findings.messages == campaigns * 10, "not exactly one launch each")
    return report


def _launch(plant: Plant) -> bool:
    """Launch a campaign; False if that was refused."""
    try:
        plant.launch()
    except OperationalError:
        return False
    return True


def _recovery(plant: Plant) -> float:
    """Seconds until the SMSC takes texts again, if any wait."""
    began, before = time.monotonic(), plant.tell()["taken"]

    def goes_on() -> bool:
        plant.revive()
        return plant.tell()["taken"] > before or not plant.waiting()

    until(goes_on, 60, "nothing is sent after the database has come back")
    return time.monotonic() - began


def _whole(plant: Plant) -> bool:
    """Does the database find itself whole?"""
    if plant.database_url.startswith("sqlite"):
        words = "PRAGMA integrity_check"
        return bool(plant.ask(lambda: db.session.scalar(text(words))) == "ok")
    count = select(func.count()).select_from(Message)
    return plant.ask(lambda: db.session.scalar(count)) is not None
