"""Runs in which the SMSC misbehaves, and the race of opt-outs with a campaign."""

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Message
from promosms.services.installation.defaults import SENDER
from tests.faults import points
from tests.faults.clients import AHEAD, frontier
from tests.faults.oracle import Key, Row, keys, messages, read_log
from tests.faults.plant import Plant
from tests.faults.points import GATEWAY, QUEUES
from tests.faults.report import Report, reporting

CALM: Mapping[str, Any] = {
    "delay": 0.0, "lost": 0.0, "most": 0, "busy": 0.0, "garbage": 0.0, "mute": False,
    "refuse_bind": 0, "receipt": 0.2, "silent_lost": False, "undelivered": 0.0, "twice": 0.0,
    "early": 0.0, "late": 0.0, "unknown": 0.0, "shuffled": False,
}  # fmt: skip
MOODS: Mapping[str, Mapping[str, Any]] = {
    "slow answers": {"delay": 0.4},
    "throttling": {"most": 600},
    "busy": {"busy": 0.05},
    "garbage": {"garbage": 0.02},
    "receipts in disorder": {
        "twice": 0.3, "late": 0.2, "early": 0.2, "shuffled": True, "unknown": 0.2,
        "undelivered": 0.2,
    },
}  # fmt: skip
CUTS: Mapping[str, Mapping[str, Any]] = {
    "half-open connection": {"set": {"mute": True}},
    "binds refused": {"set": {"refuse_bind": 0x0D}, "hang_up": True},
    "connection cut": {"hang_up": True},
}
CLIENTS = 4


def lost_answers(plant: Plant, messages: int, share: float = 0.05) -> Report:
    """The SMSC takes texts and never answers; half of the time no receipt tells of them either."""
    with reporting("lost answers", plant, 1800) as report:
        plant.begin(messages // 2)
        plant.start_all()
        for silent in (True, False):
            plant.misbehave(lost=share, silent_lost=silent)
            plant.launch()
            _until_sent(plant)
    report.facts["share of lost answers"] = f"{share:.0%}"
    unknown = report.findings.unknown
    report.expect(0 < unknown < 3 * share * messages + 20, f"{unknown} unknown")
    return report


def moods(plant: Plant, messages: int, chosen: Sequence[str] = (*MOODS, *CUTS)) -> Report:
    """A campaign under each kind of misbehaviour; `busy` is waited for with a clock put forward."""
    clock = plant.folder / "clock"
    points.set_clock(clock, 0)
    plant.clocks = dict.fromkeys(QUEUES, clock)
    forward = 0.0
    with reporting("garbage", plant) as report:
        plant.begin(messages)
        plant.start_all()
        for name in chosen:
            mood = {**MOODS, **CUTS}[name]
            began = time.monotonic()
            plant.misbehave(**{**CALM, **(mood if name in MOODS else {})})
            plant.launch()
            if name in CUTS:
                _cut(plant, mood)
            forward = _until_sent(plant, clock, forward)
            report.facts[name] = f"{time.monotonic() - began:.1f} s"
            plant.kill(GATEWAY)  # the next one begins with the full rate
        plant.misbehave(**CALM)
    return report


def stop_race(plant: Plant, stops: int) -> Report:
    """Half of the recipients of a second campaign opt out about when its text goes.

    Half of these by a STOP that the SMSC brings, half through the service in other processes.
    What is taken after the opt-out was acknowledged, or applied, is a violation.
    """
    chance = random.Random(plant.seed)
    journals = [plant.folder / f"journal-{i}" for i in range(CLIENTS)]
    with reporting("stop race", plant, 1800) as report:
        plant.begin(stops * 2)
        places = _second_campaign(plant)
        chosen = chance.sample(places, stops)
        chosen.sort(key=lambda one: one[0] + chance.uniform(-AHEAD / 2, AHEAD / 2))
        plant.start(GATEWAY)
        pids = [
            plant.fork(
                "tests.faults.clients:opt_out_all",
                [plant.account_id, chosen[i :: 2 * CLIENTS], str(journal)],
                "clients",
            )
            for i, journal in enumerate(journals)
        ]
        by_reply = [one for i, one in enumerate(chosen) if i % (2 * CLIENTS) >= CLIENTS]
        _bring_stops(plant, by_reply)
        for pid in pids:
            report.expect(plant.ended(pid, block=True) == 0, "a client failed")
        journals.append(plant.folder / "stopped")
        end = time.monotonic() + 60  # a reply that failed is tried again a little later
        while len(_opted_out(journals)) < stops and time.monotonic() < end:
            plant.revive()
            time.sleep(0.1)
    _judge_stops(report, plant, _opted_out(journals), stops)
    return report


def _bring_stops(plant: Plant, places: list[tuple[int, str]]) -> None:
    """Inbound STOPs, a little before or after the text goes."""
    rest = list(reversed(places))
    while rest:
        plant.revive()
        first = plant.ask(frontier)
        inbound = []
        while rest and rest[-1][0] < first + AHEAD:
            inbound.append((rest.pop()[1], SENDER, "STOP"))
        if inbound:
            plant.tell(inbound=inbound)
        time.sleep(0.01)


def _opted_out(journals: list[Path]) -> dict[str, int]:
    """The numbers that have opted out, and when that had been done."""
    done: dict[str, int] = {}
    for journal in journals:
        for line in journal.read_text().splitlines() if journal.exists() else ():
            moment, phone = line.split()
            done.setdefault(phone.lstrip("+"), int(moment))
    return done


def _judge_stops(report: Report, plant: Plant, done: dict[str, int], stops: int) -> None:
    ours = _campaign_keys(plant)  # not the confirmation that the platform itself writes
    taken = [one for one in read_log(plant.folder) if (one.phone, one.crc) in ours]
    late = sum(one.at > done[one.phone] for one in taken if one.phone in done)
    report.expect(len(done) == stops, f"{stops - len(done)} opt-outs were never applied")
    report.expect(late == 0, f"{late} parts taken after the opt-out")
    skipped = report.findings.statuses.get("skipped", 0)
    report.facts |= {
        "opt-outs": len(done),
        "texts of the second campaign stopped": skipped,
    }


def _campaign_keys(plant: Plant) -> set[Key]:
    rows = plant.ask(lambda: db.session.execute(messages(Message.campaign_id.is_not(None))).all())
    return {key for row in rows for key in keys(Row(*row))}


def _second_campaign(plant: Plant) -> list[tuple[int, str]]:
    """Send a campaign quickly, because nobody answers what he never got, and prepare another.

    Returns the numbers of the second in the order of sending, with the ids of their messages.
    """
    rate = plant.options.rate
    plant.launch()
    plant.set_rate(10 * rate)
    plant.start_all()
    _until_sent(plant)
    plant.kill(GATEWAY)
    del plant.pids[GATEWAY]
    plant.set_rate(rate)
    campaign_id = plant.launch()
    while plant.preparing():
        plant.revive()
        time.sleep(0.05)
    query = select(Message.id, Message.phone).where(Message.campaign_id == campaign_id)
    rows = plant.ask(lambda: db.session.execute(query.order_by(Message.id)).all())
    return [(row.id, row.phone) for row in rows]


def _cut(plant: Plant, order: Mapping[str, Any]) -> None:
    """Cut the connection while texts are in flight, and restore it later."""
    while plant.tell()["bound"] and not plant.statuses().get("sending"):
        time.sleep(0.005)
    time.sleep(0.1)
    plant.tell(**order)
    time.sleep(2 * plant.options.answer_seconds)
    plant.misbehave(**CALM)


def _until_sent(plant: Plant, clock: Path | None = None, forward: float = 0.0) -> float:
    """Wait for the campaign; what only waits for its next try is waited for with the clock."""
    while plant.busy():
        plant.revive()
        time.sleep(0.1)
        statuses = plant.statuses()
        if clock and statuses.get("queued") and not statuses.get("sending"):
            forward += 10
            points.set_clock(clock, forward)
            time.sleep(0.5)
    return forward
