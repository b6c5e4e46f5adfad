"""The sender: keeps a line busy with what waits for it, never more than a window under way."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from promosms import logs
from promosms.extensions import db
from promosms.gateways.base import Answer, OutboundSms, Trouble
from promosms.jobs.gateway_connections import OpenLine
from promosms.services.gateways import gateways
from promosms.services.sending import claiming, exchange, sweep
from promosms.services.sending.claiming import Claim
from promosms.services.sending.outbound import Claimed
from promosms.services.sending.recording import Answered

log = logs.get(__name__)
T = TypeVar("T")

LOOK_AGAIN = 0.5  # seconds between two looks into a queue that was found empty
SHORT, BRIEF = 0.05, 0.005  # seconds of waiting for answers: at all, and for a few more of them
LONGEST = 40.0  # seconds: a gateway answers before, or something is wrong with it
PATIENCE = 60.0  # seconds for which a database that is away is waited for
AT_FAULT = 20  # refusals in a row for reasons of the gateway's own
AT_ONCE = frozenset({"credentials", "no_credit"})
LOST = Answer(trouble=Trouble.UNKNOWN, reason="no_answer")


class Sender:
    """One run of a gateway's worker.

    A window of messages is under way: claimed, and neither answered nor given up. With every
    turn, one transaction, the answers that have come are recorded and as many messages follow.
    Should this process be killed, only what is under way may be unconfirmed.
    """

    def __init__(self, line: OpenLine) -> None:
        self.gateway_id = line.gateway_id
        self.line = line.line
        self.window = max(1, line.window)
        self.step = -(-self.window // 4)
        self.claim = Claim(line.gateway_id)
        self.under_way: dict[str, tuple[Claimed, float]] = {}
        self.answers: deque[Answered] = deque()
        self.campaigns: set[int] = set()
        self.looked_at = self.finished_at = 0.0
        self.parts = 1.0
        self.fault = ""

    def run(self, seconds: float) -> bool:
        """Send for so long, or until nothing waits; returns whether there may be more."""
        end = time.monotonic() + seconds
        try:
            while True:
                going = time.monotonic() < end and not self.fault and self.line.gateway.ready
                if not self.under_way and (not going or self.claim.empty):
                    break
                self._turn(going)
        finally:
            self._finish()
            db.session.remove()
        return time.monotonic() >= end and not self.fault

    def _turn(self, going: bool) -> None:
        answered = self._answers(going)
        self._watch(answered)
        most = self._most() if going and not self.fault else 0
        if not answered and not most:
            return
        found = self._take(answered, most)
        if found:
            self._start(found)
        elif most:
            self.looked_at = time.monotonic()
        self._insist(lambda: exchange.honour(answered))
        if self.fault and self.line.refused:
            self.line.refused = 0
            self._insist(lambda: gateways.pause_itself(self.gateway_id, self.fault))
        if time.monotonic() - self.finished_at > LOOK_AGAIN:
            self._finish()

    def _answers(self, going: bool) -> list[Answered]:
        """The answers that have come; waits where there is nothing better to do."""
        room = self.window - len(self.under_way)
        least, pause = min(len(self.under_way), self.step), SHORT
        if going and room > 0 and not self._empty():
            pause = self.line.pace.wait(int(self.step * self.parts))
            least = self.step if pause else self.step - room
            pause = min(pause, SHORT) if pause else (0.0 if least <= 0 else BRIEF)
        for own, answer in self.line.collect(least, 0.0 if self.answers else pause):
            if own in self.under_way:
                self.answers.append((self.under_way[own][0], answer))
        if not self.answers:
            self._give_up()
        # Half of them, so that the line has the other half to do while the database is waited for.
        number = min(len(self.answers), 2 * self.step)
        answered = [self.answers.popleft() for _ in range(number)]
        for message, _ in answered:
            self.under_way.pop(str(message.id), None)
        return answered

    def _empty(self) -> bool:
        """Was nothing found a moment ago?"""
        return self.claim.empty and time.monotonic() - self.looked_at < LOOK_AGAIN

    def _most(self) -> int:
        """How many messages may follow now: as there is room, and rate for their parts."""
        room = self.window - len(self.under_way)
        allowed = self.line.pace.allowance()
        if room <= 0 or allowed < 1 or self._empty():
            return 0
        return min(room, max(1, int(allowed / self.parts)))

    def _give_up(self) -> None:
        """What is under way for so long that its answer must have been lost among ourselves."""
        own, (message, began) = next(iter(self.under_way.items()), ("", (None, 0.0)))
        if message is not None and time.monotonic() - began > LONGEST:
            log.warning("sender.no_answer", extra={"gateway": self.gateway_id})
            self.answers.append((message, LOST))

    def _start(self, found: Sequence[Claimed]) -> None:
        began = time.monotonic()
        for message in found:
            self.under_way[str(message.id)] = message, began
        parts = sum(message.parts for message in found)
        self.parts = max(1.0, parts / len(found))
        self.line.pace.take(parts)
        self.line.start([_outbound(message) for message in found])
        self.campaigns |= {m.campaign_id for m in found if m.campaign_id is not None}

    def _take(self, answered: Sequence[Answered], most: int) -> list[Claimed]:
        """Take the turn; while the database is away, again and again: answers must not be lost."""
        tried = False

        def work() -> list[Claimed]:
            nonlocal tried
            if not tried:
                tried = True
                return exchange.take(self.claim, answered, most)
            # The turn may have been committed, and only the word of it been lost.
            found = [m for m in claiming.taken_before(self.claim) if not self._knows(m, answered)]
            exchange.take(self.claim, answered, 0)
            return found

        return self._insist(work)

    def _insist(self, work: Callable[[], T]) -> T:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError):  # gone for a moment, or in a deadlock
                db.session.remove()
                if time.monotonic() > end:
                    raise
                log.warning("sender.database", extra={"gateway": self.gateway_id})
                time.sleep(LOOK_AGAIN)

    def _knows(self, message: Claimed, answered: Sequence[Answered]) -> bool:
        return str(message.id) in self.under_way or any(m.id == message.id for m, _ in answered)

    def _watch(self, answered: Sequence[Answered]) -> None:
        """Slow down, or find the gateway at fault, if that is what the answers say."""
        for _, answer in answered:
            if answer.trouble is None:
                self.line.refused = 0
            elif answer.trouble is Trouble.THROTTLED:
                self.line.pace.slow_down(answer.wait)
            elif answer.trouble is Trouble.SETTINGS:
                self.line.refused += 1
                if answer.reason in AT_ONCE or self.line.refused >= AT_FAULT:
                    self.fault = self.fault or answer.reason

    def _finish(self) -> None:
        """Campaigns of which nothing is left are finished."""
        self.finished_at = time.monotonic()
        try:
            for campaign_id in self.campaigns:
                sweep.finish_campaigns(campaign_id)
        except DBAPIError:  # the sweep finishes them too
            db.session.remove()
        self.campaigns = {
            m.campaign_id for m, _ in self.under_way.values() if m.campaign_id is not None
        }


def _outbound(message: Claimed) -> OutboundSms:
    return OutboundSms(
        str(message.id),
        message.phone,
        message.sender,
        message.text,
        message.encoding,
        message.parts,
        message.taken,
        message.doubtful,
    )
