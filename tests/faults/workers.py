"""Runs in which workers are killed or stopped."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence

from tests.faults.failpoints import GATEWAY, STEPS, WORK, Step
from tests.faults.installation import Installation, hit, stopped
from tests.faults.report import Report, reporting

OTHERS = ("work", "receive", "tick")
PATIENCE = 120.0
_BY_NAME = {str(step): step for step in STEPS}
ASLEEP = tuple(
    _BY_NAME[name]
    for name in (
        "before exchange:record_and_claim",
        "after exchange:record_and_claim",
        "before connection:GatewayConnection._start",
        "before session:Session._flush",
        "after session:Session._flush",
        "before recording:record",
    )
)


def kills(installation: Installation, messages: int, times: int) -> Report:
    """kill -9 the worker of the gateway at random moments; kills with claimed rows are counted.

    Now and then another process is killed too. The kills are spread over the messages.
    """
    chance = random.Random(installation.seed)
    intents: list[int] = []
    with reporting("kills", installation) as report:
        installation.begin(messages)
        installation.launch()
        installation.start_all()
        while len(intents) < times:
            installation.revive()
            pid = installation.pids[GATEWAY]
            if not (installation.folder / f"claims-{pid}").exists():
                if not installation.busy():
                    installation.launch()
                time.sleep(0.02)
                continue
            share = installation.waiting() / (times - len(intents))
            mean = max(0.0, share - installation.options.window / 2) / installation.options.rate
            time.sleep(chance.uniform(0, min(1.0, 2 * mean + 0.02)))
            installation.kill(GATEWAY)
            rows, open_intents = installation.claimed(pid)
            installation.start(GATEWAY)
            if rows:
                intents.append(open_intents)
            if chance.random() < 0.1:
                installation.kill(chance.choice(OTHERS))
    _predict(report, installation, intents)
    report.facts |= {"kills": len(intents), "campaigns": installation.launched}
    return report


def steps(installation: Installation, times: int, chosen: Sequence[Step] = STEPS) -> Report:
    """Kill this number of times at each named step, at one of its first calls."""
    chance = random.Random(installation.seed)
    intents: list[int] = []
    hits: Counter[str] = Counter()
    with reporting("steps", installation) as report:
        installation.begin(40)
        installation.start_all()
        for step in chosen:
            pid = _restart_with_failpoint(installation, step, chance)
            since = time.monotonic()
            while hits[str(step)] < times:
                code = installation.ended(pid)
                if code is None:
                    assert time.monotonic() - since < PATIENCE, f"never came to: {step}"
                    _feed(installation, step.process)
                    time.sleep(0.02)
                    continue
                assert code == -signal.SIGKILL, f"ended by itself with {code} at: {step}"
                hits[str(step)] += 1
                _, open_intents = installation.claimed(pid)
                intents.append(open_intents)
                report.expect(step.open or not open_intents, f"{open_intents} open {step}")
                pid = installation.start(step.process, [hit(step, chance.randint(1, step.calls))])
                since = time.monotonic()
            installation.kill(step.process)
            installation.start(step.process)
    _predict(report, installation, intents)
    report.facts |= {"steps": len(hits), "kills": sum(hits.values())}
    report.facts["campaigns"] = installation.launched
    return report


def sleeps(installation: Installation, times: int, chosen: Sequence[Step] = ASLEEP) -> Report:
    """SIGSTOP a worker at critical steps until its lease has ended and another one has sent on.

    A worker stopped inside a transaction keeps its locks, so its claims cannot be taken back.
    """
    chance = random.Random(installation.seed)
    number = held = 0
    with reporting("sleeps", installation) as report:
        installation.begin(40)
        installation.start_all()
        for step in tuple(chosen) * times:
            number += 1
            pid = _restart_with_failpoint(installation, step, chance, signal.SIGSTOP)
            until_stopped(installation, pid, str(step))
            del installation.pids[GATEWAY]
            installation.start(GATEWAY)
            held += not _swept(installation, pid)
            time.sleep(chance.uniform(0, 0.5))
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.5)
            os.kill(pid, signal.SIGKILL)
            installation.ended(pid, block=True)
    report.facts |= {"sleeps longer than the lease": number, "inside a transaction": held}
    report.expect(held < number, "all of them fell asleep inside a transaction")
    return report


def until_stopped(installation: Installation, pid: int, step: str) -> None:
    """Give a worker work until it stops at its step."""
    end = time.monotonic() + PATIENCE
    while not stopped(pid):
        assert time.monotonic() < end, f"never came to: {step}"
        _feed(installation, GATEWAY)
        time.sleep(0.02)


def _swept(installation: Installation, pid: int) -> bool:
    """Wait until the claims of a stopped worker are taken back; False if it locks the database."""
    end = time.monotonic() + installation.options.lease + 3
    while time.monotonic() < end:
        installation.revive()
        if installation.claimed(pid) == (0, 0):
            return True
        time.sleep(0.05)
    return False


def _predict(report: Report, installation: Installation, intents: Sequence[int]) -> None:
    """At most one window per kill may be unconfirmed, and nothing else."""
    most, window = max(intents, default=0), installation.options.window
    report.expect(most <= window, f"{most} unconfirmed by one kill, more than a window")
    report.expect(report.findings.unknown <= sum(intents), "unknown without a reason")
    report.facts["unconfirmed"] = f"{sum(intents)}, at most {most} by a kill (window {window})"


def _restart_with_failpoint(
    installation: Installation, step: Step, chance: random.Random, how: int = signal.SIGKILL
) -> int:
    installation.kill(step.process)
    return installation.start(step.process, [hit(step, chance.randint(1, step.calls), how)])


def _feed(installation: Installation, process: str) -> None:
    """Launch another campaign when no work is left."""
    if not (installation.preparing() or (process != WORK and installation.waiting(claimed=False))):
        installation.launch()
