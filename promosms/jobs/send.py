"""Send what waits for a gateway: slice by slice, window by window."""

import time
from collections.abc import Iterator

from promosms import bell, lines
from promosms.extensions import db
from promosms.gateways.base import Answer, OutboundSms, Trouble
from promosms.gateways.line import Line
from promosms.models import MessageStatus
from promosms.services import claims, results, sweep
from promosms.services.claims import Claim, Claimed
from promosms.services.results import Result

SECONDS = 20


def run(gateway_id: int) -> None:
    """Send for at most 20 seconds, then ring for the rest."""
    line = lines.current(gateway_id)
    if line is None:
        return  # a worker that does not hold this gateway; the sweep rings again
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not line.line.gateway.ready:
            return  # the rows stay as they are, and the sweep rings again
        claim = claims.claim(gateway_id)
        if claim is None:
            return
        send_claim(line.line, claim, line.window)
    bell.ring(bell.gateway_queue(gateway_id), "send.run", gateway_id)


def send_claim(line: Line, claim: Claim, size: int) -> None:
    """Submit a claim in windows. No transaction is open while the network is waited for."""
    begun = True
    for window in _windows(claim.messages, size):
        intended = claims.intend(claim, window)
        begun = begun and len(intended) == len(window)
        db.session.remove()
        if not intended:
            continue
        answers = line.submit([_outbound(message) for message in intended])
        results.record(
            claim, [_result(m, answer) for m, answer in zip(intended, answers, strict=True)]
        )
    if not begun:
        claims.give_back(claim)
    for campaign_id in {m.campaign_id for m in claim.messages if m.campaign_id is not None}:
        sweep.finish_campaigns(campaign_id)
    db.session.remove()


def _windows(messages: list[Claimed], size: int) -> Iterator[list[Claimed]]:
    for start in range(0, len(messages), size):
        yield messages[start : start + size]


def _outbound(message: Claimed) -> OutboundSms:
    return OutboundSms(
        own=str(message.id),
        phone=message.phone,
        sender=message.sender,
        text=message.text,
        encoding=message.encoding,
        parts=message.parts,
    )


def _result(message: Claimed, answer: Answer) -> Result:
    if answer.trouble is None:
        return Result(message, MessageStatus.SENT, answer.references)
    if answer.trouble is Trouble.UNKNOWN:
        return Result(message, MessageStatus.UNKNOWN, reason=answer.reason)
    if answer.trouble is Trouble.PERMANENT:
        return Result(message, MessageStatus.FAILED, reason=answer.reason)
    throttled = answer.trouble is Trouble.THROTTLED
    status = results.next_try(message, throttled)
    return Result(message, status, reason=answer.reason, throttled=throttled)
