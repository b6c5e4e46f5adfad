"""Runs in which workers are killed or put to sleep."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence

from tests.faults.plant import Plant, hit, stopped
from tests.faults.points import GATEWAY, STEPS, WORK, Step
from tests.faults.report import Report, reporting

OTHERS = ("work", "receive", "tick")
PATIENCE = 30.0
ASLEEP = tuple(
    step
    for step in STEPS
    if str(step)
    in {
        "before turns:record_and_claim",
        "after turns:record_and_claim",
        "before line:GatewayConnection._start",
        "before session:Session._flush",
        "after session:Session._flush",
        "before results:record",
    }
)


def kills(plant: Plant, messages: int, times: int) -> Report:
    """kill -9 the gateway's worker at random moments; each counts that had rows claimed.

    Now and then another process is killed too. The kills are spread over the messages.
    """
    chance = random.Random(plant.seed)
    intents: list[int] = []
    with reporting("kills", plant) as report:
        plant.begin(messages)
        plant.launch()
        plant.start_all()
        while len(intents) < times:
            plant.revive()
            pid = plant.pids[GATEWAY]
            if not (plant.folder / f"claims-{pid}").exists():
                if not plant.busy():
                    plant.launch()
                time.sleep(0.005)
                continue
            share = plant.waiting() / (times - len(intents))
            mean = max(0.0, share - plant.options.window / 2) / plant.options.rate
            time.sleep(chance.uniform(0, min(1.0, 2 * mean + 0.02)))
            plant.kill(GATEWAY)
            rows, open_intents = plant.claimed(pid)
            plant.start(GATEWAY)
            if rows:
                intents.append(open_intents)
            if chance.random() < 0.1:
                plant.kill(chance.choice(OTHERS))
    _predict(report, plant, intents)
    report.facts |= {"kills": len(intents), "campaigns": plant.launched}
    return report


def steps(plant: Plant, times: int, chosen: Sequence[Step] = STEPS) -> Report:
    """Kill at each of the named steps so many times, at one of its first calls."""
    chance = random.Random(plant.seed)
    intents: list[int] = []
    hits: Counter[str] = Counter()
    with reporting("steps", plant) as report:
        plant.begin(40)
        plant.start_all()
        for step in chosen:
            pid = _put_in_the_way(plant, step, chance)
            since = time.monotonic()
            while hits[str(step)] < times:
                code = plant.ended(pid)
                if code is None:
                    assert time.monotonic() - since < PATIENCE, f"never came to: {step}"
                    _feed(plant, step.process)
                    time.sleep(0.005)
                    continue
                assert code == -signal.SIGKILL, f"ended by itself with {code} at: {step}"
                hits[str(step)] += 1
                _, open_intents = plant.claimed(pid)
                intents.append(open_intents)
                report.expect(step.open or not open_intents, f"{open_intents} open {step}")
                pid = plant.start(step.process, [hit(step, chance.randint(1, step.calls))])
                since = time.monotonic()
            plant.kill(step.process)
            plant.start(step.process)
    _predict(report, plant, intents)
    report.facts |= {"steps": len(hits), "kills": sum(hits.values())}
    report.facts["campaigns"] = plant.launched
    return report


def sleeps(plant: Plant, times: int, chosen: Sequence[Step] = ASLEEP) -> Report:
    """SIGSTOP a worker at the worst steps until its lease is over and another one has sent on.

    Who falls asleep inside a transaction keeps its locks, and nobody can take anything from it.
    """
    chance = random.Random(plant.seed)
    number = held = 0
    with reporting("sleeps", plant) as report:
        plant.begin(40)
        plant.start_all()
        for step in tuple(chosen) * times:
            number += 1
            pid = _put_in_the_way(plant, step, chance, signal.SIGSTOP)
            until_stopped(plant, pid, str(step))
            del plant.pids[GATEWAY]
            plant.start(GATEWAY)
            held += not _swept(plant, pid)
            time.sleep(chance.uniform(0, 0.5))
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.5)
            os.kill(pid, signal.SIGKILL)
            plant.ended(pid, block=True)
    report.facts |= {"sleeps longer than the lease": number, "inside a transaction": held}
    report.expect(held < number, "all of them fell asleep inside a transaction")
    return report


def until_stopped(plant: Plant, pid: int, step: str) -> None:
    """Give a worker something to do until it stops at its step."""
    end = time.monotonic() + PATIENCE
    while not stopped(pid):
        assert time.monotonic() < end, f"never came to: {step}"
        _feed(plant, GATEWAY)
        time.sleep(0.005)


def _swept(plant: Plant, pid: int) -> bool:
    """Wait until the claims of a sleeper are taken from it; False if it holds the database."""
    end = time.monotonic() + plant.options.lease + 3
    while time.monotonic() < end:
        plant.revive()
        if plant.claimed(pid) == (0, 0):
            return True
        time.sleep(0.05)
    return False


def _predict(report: Report, plant: Plant, intents: Sequence[int]) -> None:
    """At most one window per kill may be unconfirmed, and nothing else."""
    most, window = max(intents, default=0), plant.options.window
    report.expect(most <= window, f"{most} unconfirmed by one kill, more than a window")
    report.expect(report.findings.unknown <= sum(intents), "unknown without a reason")
    report.facts["unconfirmed"] = f"{sum(intents)}, at most {most} by a kill (window {window})"


def _put_in_the_way(
    plant: Plant, step: Step, chance: random.Random, how: int = signal.SIGKILL
) -> int:
    plant.kill(step.process)
    return plant.start(step.process, [hit(step, chance.randint(1, step.calls), how)])


def _feed(plant: Plant, process: str) -> None:
    """Launch another campaign when there is nothing left to do."""
    if not (plant.preparing() or (process != WORK and plant.waiting(claimed=False))):
        plant.launch()
