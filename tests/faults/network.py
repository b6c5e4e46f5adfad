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
from tests.faults import failpoints
from tests.faults.clients import AHEAD, frontier
from tests.faults.failpoints import GATEWAY, QUEUES
from tests.faults.installation import Installation
from tests.faults.oracle import Key, Row, keys, messages, read_log
from tests.faults.report import Report, reporting

CALM: Mapping[str, Any] = {
    "delay": 0.0, "lost": 0.0, "most": 0, "busy": 0.0, "garbage": 0.0, "mute": False,
    "refuse_bind": 0, "receipt": 0.2, "silent_lost": False, "undelivered": 0.0, "twice": 0.0,
    "early": 0.0, "late": 0.0, "unknown": 0.0, "shuffled": False,
}  # fmt: skip
MISBEHAVIOURS: Mapping[str, Mapping[str, Any]] = {
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


def lost_answers(installation: Installation, messages: int, share: float = 0.05) -> Report:
    """The SMSC accepts texts without a response; half of the time without a receipt, too."""
    with reporting("lost answers", installation, 1800) as report:
        installation.begin(messages // 2)
        installation.start_all()
        for silent in (True, False):
            installation.misbehave(lost=share, silent_lost=silent)
            installation.launch()
            _until_sent(installation)
    report.facts["share of lost answers"] = f"{share:.0%}"
    unknown = report.findings.unknown
    report.expect(0 < unknown < 3 * share * messages + 20, f"{unknown} unknown")
    return report


def misbehaviours(
    installation: Installation, messages: int, chosen: Sequence[str] = (*MISBEHAVIOURS, *CUTS)
) -> Report:
    """Send a campaign under each kind of misbehaviour; the clock skips the waits of retries."""
    clock = installation.folder / "clock"
    failpoints.set_clock(clock, 0)
    installation.clocks = dict.fromkeys(QUEUES, clock)
    forward = 0.0
    with reporting("garbage", installation) as report:
        installation.begin(messages)
        installation.start_all()
        for name in chosen:
            misbehaviour = {**MISBEHAVIOURS, **CUTS}[name]
            began = time.monotonic()
            installation.misbehave(**{**CALM, **(misbehaviour if name in MISBEHAVIOURS else {})})
            installation.launch()
            if name in CUTS:
                _cut(installation, misbehaviour)
            forward = _until_sent(installation, clock, forward)
            report.facts[name] = f"{time.monotonic() - began:.1f} s"
            installation.kill(GATEWAY)  # the next worker begins with the full rate
        installation.misbehave(**CALM)
    return report


def stop_race(installation: Installation, stops: int) -> Report:
    """Half of the recipients of a second campaign opt out at about the time of their text.

    Half of these send STOP through the SMSC, half use the service in other processes.
    A text that is accepted after the opt-out was acknowledged or applied is a violation.
    """
    chance = random.Random(installation.seed)
    journals = [installation.folder / f"journal-{i}" for i in range(CLIENTS)]
    with reporting("stop race", installation, 1800) as report:
        installation.begin(stops * 2)
        places = _second_campaign(installation)
        chosen = chance.sample(places, stops)
        chosen.sort(key=lambda place: place[0] + chance.uniform(-AHEAD / 2, AHEAD / 2))
        installation.start(GATEWAY)
        pids = [
            installation.fork(
                "tests.faults.clients:opt_out_all",
                [installation.account_id, chosen[i :: 2 * CLIENTS], str(journal)],
                "clients",
            )
            for i, journal in enumerate(journals)
        ]
        by_reply = [place for i, place in enumerate(chosen) if i % (2 * CLIENTS) >= CLIENTS]
        _send_stops(installation, by_reply)
        for pid in pids:
            report.expect(installation.ended(pid, block=True) == 0, "a client failed")
        journals.append(installation.folder / "stopped")
        end = time.monotonic() + 60  # a failed reply is retried a little later
        while len(_opted_out(journals)) < stops and time.monotonic() < end:
            installation.revive()
            time.sleep(0.1)
    _judge_stops(report, installation, _opted_out(journals), stops)
    return report


def _send_stops(installation: Installation, places: list[tuple[int, str]]) -> None:
    """Send inbound STOPs, a little before or after the text is sent."""
    rest = list(reversed(places))
    while rest:
        installation.revive()
        first = installation.ask(frontier)
        inbound = []
        while rest and rest[-1][0] < first + AHEAD:
            inbound.append((rest.pop()[1], SENDER, "STOP"))
        if inbound:
            installation.tell(inbound=inbound)
        time.sleep(0.01)


def _opted_out(journals: list[Path]) -> dict[str, int]:
    """The numbers that have opted out, and the time when it was complete."""
    done: dict[str, int] = {}
    for journal in journals:
        for line in journal.read_text().splitlines() if journal.exists() else ():
            moment, phone = line.split()
            done.setdefault(phone.lstrip("+"), int(moment))
    return done


def _judge_stops(
    report: Report, installation: Installation, done: dict[str, int], stops: int
) -> None:
    campaign_keys = _campaign_keys(installation)  # without the opt-out confirmations
    taken = [
        part for part in read_log(installation.folder) if (part.phone, part.crc) in campaign_keys
    ]
    late = sum(part.at > done[part.phone] for part in taken if part.phone in done)
    report.expect(len(done) == stops, f"{stops - len(done)} opt-outs were never applied")
    report.expect(late == 0, f"{late} parts taken after the opt-out")
    skipped = report.findings.statuses.get("skipped", 0)
    report.facts |= {
        "opt-outs": len(done),
        "texts of the second campaign stopped": skipped,
    }


def _campaign_keys(installation: Installation) -> set[Key]:
    rows = installation.ask(
        lambda: db.session.execute(messages(Message.campaign_id.is_not(None))).all()
    )
    return {key for row in rows for key in keys(Row(*row))}


def _second_campaign(installation: Installation) -> list[tuple[int, str]]:
    """Send a campaign quickly, because a STOP needs an earlier text, and prepare another.

    Returns the numbers of the second in the order of sending, with the ids of their messages.
    """
    rate = installation.options.rate
    installation.launch()
    installation.set_rate(10 * rate)
    installation.start_all()
    _until_sent(installation)
    installation.kill(GATEWAY)
    del installation.pids[GATEWAY]
    installation.set_rate(rate)
    campaign_id = installation.launch()
    while installation.preparing():
        installation.revive()
        time.sleep(0.05)
    query = select(Message.id, Message.phone).where(Message.campaign_id == campaign_id)
    rows = installation.ask(lambda: db.session.execute(query.order_by(Message.id)).all())
    return [(row.id, row.phone) for row in rows]


def _cut(installation: Installation, order: Mapping[str, Any]) -> None:
    """Cut the connection while texts are in flight, and restore it later."""
    while installation.tell()["bound"] and not installation.statuses().get("sending"):
        time.sleep(0.005)
    time.sleep(0.1)
    installation.tell(**order)
    time.sleep(2 * installation.options.answer_seconds)
    installation.misbehave(**CALM)


def _until_sent(
    installation: Installation, clock: Path | None = None, forward: float = 0.0
) -> float:
    """Wait for the campaign; waiting times for retries are skipped by moving the clock."""
    while installation.busy():
        installation.revive()
        time.sleep(0.1)
        statuses = installation.statuses()
        if clock and statuses.get("queued") and not statuses.get("sending"):
            forward += 10
            failpoints.set_clock(clock, forward)
            time.sleep(0.5)
    return forward
