"""The sender: keeps a gateway connection busy, with at most a window of messages in flight."""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from promosms import logs
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, OutboundSms
from promosms.gateways.breaker import Sign
from promosms.jobs.gateway_connections import OpenConnection
from promosms.services.gateways import breaker as gateway_breaker
from promosms.services.sending import claiming, exchange, failover, outages, sweep
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from promosms.services.sending.recording import Answered

log = logs.get(__name__)
T = TypeVar("T")

LOOK_AGAIN = 0.5  # seconds between two claims while the queue is empty
SHORT, BRIEF = 0.05, 0.005  # seconds to wait for the first answer, and for more of them
LONGEST = 40.0  # seconds until an answer counts as lost
PATIENCE = 60.0  # seconds to wait for the database
LOST = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")


class Sender:
    """One run of a gateway's worker.

    At most a window of messages is in flight: claimed, and not answered yet. Each exchange, one
    transaction, records the answers that have arrived and claims as many messages. If this
    process is killed, only the messages in flight may be unconfirmed.
    """

    def __init__(self, open_connection: OpenConnection) -> None:
        self.gateway_id = open_connection.gateway_id
        self.connection = open_connection.connection
        self.window = max(1, open_connection.window)
        self.step = -(-self.window // 4)
        self.claim = Claim(open_connection.gateway_id)
        self.in_flight: dict[str, tuple[Claimed, float]] = {}
        self.answers: deque[Answered] = deque()
        self.campaigns: set[int] = set()
        self.empty_at = self.finished_at = 0.0
        self.parts = 1.0
        self.fault = ""
        self.breaker = open_connection.connection.breaker
        if self.breaker.tripped:
            self.breaker.reset()
        self.probes = self.probes_refused = 0
        self.lent = False
        self.refused: Counter[str] = Counter()

    def run(self, seconds: float) -> bool:
        """Send for some seconds, or until nothing is queued; returns whether there may be more."""
        end = time.monotonic() + seconds
        try:
            if self.connection.gateway.ready and not self.connection.rate_limiter.holds:
                self.claim.probing = self._with_retries(
                    lambda: gateway_breaker.begin_probes(self.gateway_id)
                )
            while True:
                may_claim = (
                    time.monotonic() < end and not self.fault and self.connection.gateway.ready
                )
                if not self.in_flight and (not may_claim or self.claim.empty):
                    break
                self._step(may_claim)
            self._end_probes()
        finally:
            self._log_refused()
            self._finish()
            db.session.remove()
        return time.monotonic() >= end and not self.fault

    def _step(self, may_claim: bool) -> None:
        answered = self._answers(may_claim)
        most = self._claimable() if may_claim and not self.fault else 0
        if not answered and not most:
            return
        messages = self._exchange(answered, most)
        if messages:
            self._start(messages)
        elif most:
            self.empty_at = time.monotonic()
            self._borrow()
        self._with_retries(lambda: exchange.store_opt_outs(answered))
        self._decide()
        if time.monotonic() - self.finished_at > LOOK_AGAIN:
            self._finish()

    def _answers(self, may_claim: bool) -> list[Answered]:
        """The answers that have arrived; waits for them if no message can be sent."""
        room = self._room()
        least, pause = min(len(self.in_flight), self.step), SHORT
        if may_claim and room > 0 and not self._empty():
            pause = self.connection.rate_limiter.wait(int(self.step * self.parts))
            least = self.step if pause else self.step - room
            pause = min(pause, SHORT) if pause else (0.0 if least <= 0 else BRIEF)
        for our_reference, answer in self.connection.collect(least, 0.0 if self.answers else pause):
            if our_reference in self.in_flight:
                self.answers.append(self._read(*self.in_flight[our_reference], answer))
        if not self.answers:
            self._give_up()
        # Half of the window: the gateway works on the other half while we wait for the database.
        number = min(len(self.answers), 2 * self.step)
        answered = [self.answers.popleft() for _ in range(number)]
        for message, _ in answered:
            self.in_flight.pop(str(message.id), None)
        return answered

    def _empty(self) -> bool:
        """Was the queue empty a moment ago?"""
        return self.claim.empty and time.monotonic() - self.empty_at < LOOK_AGAIN

    def _room(self) -> int:
        """How many more texts may be in flight; of probes one at a time."""
        most = 1 if self.claim.probing else min(self.window, self.breaker.room())
        return most - len(self.in_flight)

    def _claimable(self) -> int:
        """How many messages may follow now: as there is room, and rate for their parts."""
        room = self._room()
        allowed = self.connection.rate_limiter.allowance()
        if room <= 0 or allowed < 1 or self._empty():
            return 0
        return min(room, max(1, int(allowed / self.parts)))

    def _give_up(self) -> None:
        """Give up the oldest message in flight, if its answer must have been lost in our code."""
        our_reference, (message, began) = next(iter(self.in_flight.items()), ("", (None, 0.0)))
        if message is not None and time.monotonic() - began > LONGEST:
            log.warning("sender.no_answer", extra={"gateway": self.gateway_id, "code": "no_answer"})
            self.answers.append(self._read(message, began, LOST))

    def _start(self, messages: Sequence[Claimed]) -> None:
        began = time.monotonic()
        for message in messages:
            self.in_flight[str(message.id)] = message, began
        parts = sum(message.parts for message in messages)
        self.parts = max(1.0, parts / len(messages))
        self.connection.rate_limiter.take(parts)
        self.connection.start([_outbound(message) for message in messages])
        self.campaigns |= {m.campaign_id for m in messages if m.campaign_id is not None}

    def _exchange(self, answered: Sequence[Answered], most: int) -> list[Claimed]:
        """Exchange; while the database is away, try again, because answers must not be lost."""
        attempted = False

        def work() -> list[Claimed]:
            nonlocal attempted
            if not attempted:
                attempted = True
                return exchange.record_and_claim(self.claim, answered, most)
            # The transaction may have been committed although the connection broke.
            messages = [m for m in claiming.taken_before(self.claim) if not self._has(m, answered)]
            exchange.record_and_claim(self.claim, answered, 0)
            return messages

        return self._with_retries(work)

    def _with_retries(self, work: Callable[[], T]) -> T:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError):  # gone for a moment, or in a deadlock
                db.session.remove()
                if time.monotonic() > end:
                    raise
                log.warning("sender.database", exc_info=True, extra={"gateway": self.gateway_id})
                time.sleep(LOOK_AGAIN)

    def _has(self, message: Claimed, answered: Sequence[Answered]) -> bool:
        return str(message.id) in self.in_flight or any(m.id == message.id for m, _ in answered)

    def _read(self, message: Claimed, began: float, answer: Answer) -> Answered:
        """Note what an answer says about the gateway.

        What an ill gateway has refused is queued again, once: it was not taken, and may move.
        """
        if answer.error_class is not None:
            self.refused[answer.reason] += 1
        tripped = self.breaker.tripped
        sign = self.breaker.note(str(message.id), message.phone, answer, began)
        if answer.error_class is None:
            self.connection.rate_limiter.taken = True
        elif answer.error_class is ErrorClass.THROTTLED:
            self.connection.rate_limiter.slow_down(answer.wait, message.parts)
        if self.claim.probing and not self.fault:
            self.probes += sign is Sign.GOOD
            self.probes_refused += sign is Sign.BAD
            # Where others are taken the list of one customer may be bad: that is no illness.
            self.fault = answer.reason if self.probes_refused > self.probes else ""
        self.fault = self.fault or self.breaker.tripped
        ill = sign is Sign.BAD and (self.claim.probing or tripped == answer.reason)
        if ill and answer.error_class is ErrorClass.PERMANENT:
            again = message.attempts == 1
            error_class = ErrorClass.TEMPORARY if again else answer.error_class
            answer = answer._replace(error_class=error_class, reason=outages.OUTAGE)
        return message, answer

    def _log_refused(self) -> None:
        """Why texts were not taken in this run: one line for each reason, not for each text."""
        for reason, number in self.refused.items():
            extra = {"gateway": self.gateway_id, "code": reason, "count": number}
            log.info("sender.refused", extra=extra)

    def _borrow(self) -> None:
        """Probes need texts: those of another gateway, if none waits for this one."""
        if self.claim.probing and not self.lent and not self.in_flight:
            self.lent = True
            if self._with_retries(lambda: failover.lend(self.gateway_id, gateway_breaker.PROBES)):
                self.claim.look_again()
                self.empty_at = 0.0

    def _decide(self) -> None:
        """Pause the gateway if it is ill, or resume it when its probes were taken."""
        if self.claim.probing:
            if self.fault:
                self._with_retries(lambda: gateway_breaker.probe_failed(self.gateway_id))
            elif self.probes >= gateway_breaker.PROBES:
                self._with_retries(lambda: gateway_breaker.close(self.gateway_id))
            else:
                return
            self.claim.probing = False
        elif self.breaker.suspects and not self.answers:
            ids = [int(bad.our_reference) for bad in self.breaker.suspects]
            self.breaker.suspects = []
            self._with_retries(lambda: outages.begin(self.gateway_id, self.fault, ids))

    def _end_probes(self) -> None:
        """No text is left to probe with: those that were taken decide."""
        if self.claim.probing:
            decide = gateway_breaker.close if self.probes else gateway_breaker.end_probes
            self._with_retries(lambda: decide(self.gateway_id))

    def _finish(self) -> None:
        """Finish campaigns without queued and sending messages."""
        self.finished_at = time.monotonic()
        try:
            for campaign_id in self.campaigns:
                sweep.finish_campaigns(campaign_id)
        except DBAPIError:  # the sweep finishes them too
            db.session.remove()
        self.campaigns = {
            m.campaign_id for m, _ in self.in_flight.values() if m.campaign_id is not None
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
        message.unconfirmed,
        message.flash,
        message.validity,
    )
