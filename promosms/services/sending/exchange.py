"""The exchange with a worker: record what was answered and claim what goes next, together."""

from collections.abc import Sequence

from promosms.db.transactions import transaction
from promosms.models import TO_ONE, SuppressionSource
from promosms.services.sending import claiming, opt_outs, recording
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from promosms.services.sending.counters import CounterDeltas
from promosms.services.sending.recording import Answered


def record_and_claim(claim: Claim, answered: Sequence[Answered], most: int) -> list[Claimed]:
    """Record answers and claim at most `most` messages, in one transaction.

    The caller submits the claimed messages at once.
    """
    deltas, reference = CounterDeltas(), claim.next_reference()
    campaign_ids = {m.campaign_id for m, _ in answered if m.campaign_id is not None}
    with transaction() as session:
        # Claim first: on PostgreSQL this takes the opt-out lock, which must be the first lock.
        messages = claiming.take(claim, most, deltas, campaign_ids) if most > 0 else []
        recording.record(claim, answered, deltas)
        deltas.write(session, reference)
    return messages


def store_opt_outs(answered: Sequence[Answered]) -> None:
    """Store the opt-outs that gateways report in answers."""
    for message, answer in answered:
        if answer.opted_out and (message.campaign_id or message.priority in TO_ONE):
            opt_outs.opt_out(message.account_id, message.phone, SuppressionSource.FAILURE)
