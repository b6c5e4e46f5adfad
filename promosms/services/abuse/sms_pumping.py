"""SMS pumping: somebody lets us text to numbers that earn by each text. Ten layers are against it.

1 form token, 2 proof of work, 3 hidden field and haste, 4 kind and country of the number, 5 number,
6 network, 7 neighbouring numbers, 8 country, 9 budget of the hour, 10 numbers behind which nobody
signs in. Whatever they count is in the database, under one lock, without the number and without
the address, and is forgotten after a day or two.
"""

from datetime import timedelta

import phonenumbers
from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import networks
from promosms.lib.keyed_hash import keyed
from promosms.models import AttemptKind, Route, TextAttempt, TextBlock, TextRefusal, now
from promosms.services.abuse import blocks, limits, proof_of_work, refusals
from promosms.services.abuse.limits import Asked
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.refusals import DAY, PumpingProblem
from promosms.settings import settings
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone

__all__ = [
    "ProofForm",
    "PumpingProblem",
    "completed",
    "purge",
    "stamp",
    "take_turn",
    "too_fast",
    "why_no_letter",
    "why_not",
]
HASTE = timedelta(seconds=2)


def take_turn() -> None:
    """Count and send as one step: two at once would both find the last place free.

    Whoever locks other rows as well takes the turn first, so that nobody waits in a circle.
    """
    db.session.execute(select(Route.id).order_by(Route.id).limit(1).with_for_update(key_share=True))


def why_not(
    number: str, network: str, proof: str, form: ProofForm = ProofForm.NUMBER
) -> PumpingProblem | None:
    """May a text with a password or code go to this number (E.164)? None is yes, and counts.

    `network` is the address of the browser as the web has seen it or its network, `proof` what
    its form sent (empty without script). Joins a running transaction: do not roll it back because
    of a refusal, or that is not counted. Takes the turn, so call it before other rows are locked.
    """
    return _decide(AttemptKind.TEXT, number, network, proof, form)


def why_no_letter(number: str, network: str, proof: str) -> PumpingProblem | None:
    """May a letter go out whose link leads to a text? Knows nothing of who has an account."""
    return _decide(AttemptKind.LETTER, number, network, proof, ProofForm.REGISTER)


def completed(number: str) -> None:
    """The password or code that was texted to this number has been used."""
    with transaction() as session:
        session.execute(
            update(TextAttempt)
            .where(TextAttempt.number_hash == _hash("number", number))
            .values(completed=True)
            .execution_options(synchronize_session=False)
        )


def stamp() -> str:
    """The moment at which a form was opened, in a form that only we can write."""
    moment = f"{now().timestamp():.3f}"
    return f"{moment}.{keyed('opened', moment)[:32]}"


def too_fast(stamped: str) -> bool:
    """Was a form filled in within two seconds, or never opened?"""
    moment, _dot, mark = stamped.rpartition(".")
    if not settings.rate_limits:
        return False
    return mark != keyed("opened", moment)[:32] or now().timestamp() - float(moment) < (
        HASTE.total_seconds()
    )


def purge() -> None:
    """Forget what is older than a day, what has expired, and what was counted."""
    proof_of_work.forget_expired()
    attempts, refusals = TextAttempt.retention.limit, TextRefusal.retention.limit
    with transaction() as session:
        session.execute(delete(TextAttempt).where(TextAttempt.created_at < now() - attempts))
        session.execute(delete(TextRefusal).where(TextRefusal.hour < now() - refusals))
        session.execute(delete(TextBlock).where(TextBlock.until < now()))


def _decide(
    kind: AttemptKind, number: str, network: str, proof: str, form: ProofForm
) -> PumpingProblem | None:
    with transaction() as session:
        take_turn()
        if proof and not proof_of_work.spend(proof, form):
            problem: PumpingProblem | None = PumpingProblem.PROOF
        else:
            asked = _asked(kind, number, network, bool(proof))
            problem = _problem(asked, number, form)
        if problem is not None:
            refusals.note(problem)
            return problem
        session.add(TextAttempt(**vars(asked)))
        session.flush()
    return None


def _asked(kind: AttemptKind, number: str, network: str, proven: bool) -> Asked:
    return Asked(
        kind=kind,
        number_hash=_hash("number", number),
        prefix_hash=_hash("prefix", blocks.prefix_of(number)),
        network_hash=_hash("network", networks.network_of(network) or network),
        dial_code=phonenumbers.parse(number).country_code or 0,
        proven=proven,
    )


def _problem(asked: Asked, number: str, form: ProofForm) -> PumpingProblem | None:
    """The first layer that is against it; the budget of all comes last, because it rings."""
    if asked.kind == AttemptKind.LETTER:
        return limits.problem(asked) if settings.rate_limits else None
    problem = _wrong_number(number, form) or _too_often(asked)
    if problem is None and settings.rate_limits:
        problem = _watched(asked, number) or limits.problem(asked)
    if problem is None and limits.sent(limits.HOUR) >= _budget(asked):
        blocks.stop()
        problem = PumpingProblem.BUDGET
    return problem


def _budget(asked: Asked) -> int:
    """The texts of an hour; two of five are kept for numbers whose neighbours left none unused.

    Else whoever has rented ten ranges would use all of them up before the ranges are blocked.
    """
    budget = settings.system_texts_per_hour
    unused = settings.rate_limits and limits.unused(asked.prefix_hash)
    return budget * 3 // 5 if unused else budget


def _wrong_number(number: str, form: ProofForm) -> PumpingProblem | None:
    # Somebody who has an account keeps it when the list of countries becomes shorter.
    if form == ProofForm.RESET:
        return None
    countries = settings.registration_countries
    try:
        allowed = phone.parse(number, countries[0]).country in countries
    except InvalidPhone:
        allowed = False
    return None if allowed else PumpingProblem.COUNTRY


def _too_often(asked: Asked) -> PumpingProblem | None:
    times, moment = limits.of_number(asked.number_hash), now()
    if sum(time > moment - DAY for time in times) >= limits.MOST_PER_NUMBER:
        return PumpingProblem.NUMBER
    if settings.rate_limits and times and moment - times[0] < limits.wait(len(times)):
        return PumpingProblem.TOO_SOON
    return None


def _watched(asked: Asked, number: str) -> PumpingProblem | None:
    prefix = blocks.prefix_of(number)
    if blocks.is_blocked(prefix):
        return PumpingProblem.BLOCKED
    texts = limits.unanswered(asked.prefix_hash, blocks.lifted(prefix))
    if not texts:
        return None
    blocks.block(prefix, texts)
    return PumpingProblem.BLOCKED


def _hash(what: str, text: str) -> str:
    return keyed(f"texts {what}", text)[:32] if text else ""
