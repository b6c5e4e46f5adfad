"""Turns: what has been answered is recorded and what goes next is claimed, in one transaction."""

from collections.abc import Sequence

from promosms.db.transactions import transaction
from promosms.models import SuppressionSource
from promosms.services.sending import claiming, opt_outs, recording
from promosms.services.sending.claiming import Claim
from promosms.services.sending.counter_deltas import Tally
from promosms.services.sending.outbound import Claimed
from promosms.services.sending.recording import Answered


def take(claim: Claim, answered: Sequence[Answered], most: int) -> list[Claimed]:
    """Record the answers, and claim at most `most` further messages to submit them at once."""
    tally, reference = Tally(), claim.next_reference()
    concerned = {m.campaign_id for m, _ in answered if m.campaign_id is not None}
    with transaction() as session:
        # Claims first: on PostgreSQL they take the lock against opt-outs, which is the first one.
        found = claiming.take(claim, most, tally, concerned) if most > 0 else []
        recording.record(claim, answered, tally)
        tally.book(session, reference)
    return found


def honour(answered: Sequence[Answered]) -> None:
    """Note the opt-outs that only the gateway knew of."""
    for message, answer in answered:
        if answer.opted_out and message.campaign_id is not None:
            opt_outs.opt_out(message.account_id, message.phone, SuppressionSource.REPLY)
