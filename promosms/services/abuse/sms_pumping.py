"""SMS pumping: a fraudster makes us text to numbers that earn by each text. Ten layers prevent it.

1 form token, 2 proof of work, 3 hidden field and haste, 4 kind and country of the number, 5 number,
6 network, 7 neighbouring numbers, 8 country, 9 budget of the hour, 10 prefixes whose codes nobody
uses. The counts are in the database, under one lock, without numbers and addresses, and are
deleted after a day or two.
"""

from collections.abc import Sequence
from datetime import timedelta

import phonenumbers
from sqlalchemy import delete, select

from promosms.db import row_security
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.logs import networks
from promosms.models import AttemptKind, Route, TextAttempt, TextBlock, TextRefusal, now
from promosms.services.abuse import blocks, limits, proof_of_work, refusals
from promosms.services.abuse.limits import Request
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.refusals import DAY, PumpingProblem
from promosms.services.gateways import routing
from promosms.settings import settings
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone

__all__ = [
    "ProofForm",
    "PumpingProblem",
    "completed",
    "purge",
    "stamp",
    "lock",
    "too_fast",
    "why_no_email",
    "why_no_notice",
    "why_not",
]
HASTE = timedelta(seconds=2)


def lock() -> None:
    """Serialise counting and sending: two requests at once would both get the last place.

    Take this lock before other rows are locked, to prevent deadlocks.
    """
    first = select(Route.id).order_by(Route.id).limit(1)
    with row_security.bypass("all accounts wait for the same row, which customers do not change"):
        db.session.execute(first.with_for_update(key_share=True))


def why_not(
    number: str,
    network: str,
    proof: str,
    form: ProofForm = ProofForm.NUMBER,
    also: Sequence[str] = (),
) -> PumpingProblem | None:
    """Why no text with a password or code may go to this number (E.164); None counts it as sent.

    `network` is the address of the browser or its network, `proof` the solution of its form (empty
    without script). Allowed are numbers of the countries of registration, and of those in `also`.
    Joins a running transaction: do not roll back after a refusal, or it is not counted. Takes the
    lock, so call it before other rows are locked.
    """
    kind = AttemptKind.SIGN_UP if form == ProofForm.SIGN_UP else AttemptKind.TEXT
    return _decide(kind, number, network, proof, form, also)


def why_no_email(number: str, network: str, proof: str) -> PumpingProblem | None:
    """Why no e-mail with a link to a text may go out; the same for known and unknown addresses."""
    return _decide(AttemptKind.EMAIL, number, network, proof, ProofForm.REGISTER)


def why_no_notice(number: str) -> PumpingProblem | None:
    """Why a number that was verified earlier gets no notice of a change; None counts it as sent.

    Notices have limits of their own: who uses up those of passwords and codes prevents no notice.
    Takes the lock, so call it before other rows are locked, or `lock` before.
    """
    with transaction() as session:
        lock()
        request = _request(AttemptKind.NOTICE, number, "", True)
        blocked = blocks.is_blocked(blocks.prefix_of(number))
        problem = PumpingProblem.BLOCKED if blocked else limits.problem(request)
        problem = problem or _unreachable(number)
        if problem is not None:
            refusals.note(problem)
            return problem
        session.add(TextAttempt(**vars(request)))
        session.flush()
    return None


def completed(number: str) -> None:
    """The password or code that was texted to this number has been used."""
    with transaction() as session:
        session.execute(
            update_rows(TextAttempt)
            .where(TextAttempt.number_hash == _hash("number", number))
            .values(completed=True)
        )


def stamp() -> str:
    """The time at which a form was opened, with a signature."""
    moment = f"{now().timestamp():.3f}"
    return f"{moment}.{keyed_hash('opened', moment)[:32]}"


def too_fast(stamped: str) -> bool:
    """Was the form sent within two seconds, or without a valid stamp?"""
    moment, _dot, mark = stamped.rpartition(".")
    if not settings.rate_limits:
        return False
    return mark != keyed_hash("opened", moment)[:32] or now().timestamp() - float(moment) < (
        HASTE.total_seconds()
    )


def purge() -> None:
    """Delete what is older than a day and what has expired."""
    proof_of_work.forget_expired()
    attempts, refusals = TextAttempt.retention.limit, TextRefusal.retention.limit
    with transaction() as session:
        session.execute(delete(TextAttempt).where(TextAttempt.created_at < now() - attempts))
        session.execute(delete(TextRefusal).where(TextRefusal.hour < now() - refusals))
        session.execute(delete(TextBlock).where(TextBlock.until < now()))


def _decide(
    kind: AttemptKind,
    number: str,
    network: str,
    proof: str,
    form: ProofForm,
    also: Sequence[str] = (),
) -> PumpingProblem | None:
    with transaction() as session:
        lock()
        if proof and not proof_of_work.spend(proof, form):
            problem: PumpingProblem | None = PumpingProblem.PROOF
        else:
            request = _request(kind, number, network, bool(proof))
            problem = _problem(request, number, form, also)
        if problem is not None:
            refusals.note(problem)
            return problem
        session.add(TextAttempt(**vars(request)))
        session.flush()
    return None


def _request(kind: AttemptKind, number: str, network: str, proven: bool) -> Request:
    return Request(
        kind=kind,
        number_hash=_hash("number", number),
        prefix_hash=_hash("prefix", blocks.prefix_of(number)),
        network_hash=_hash("network", networks.network_of(network) or network),
        dial_code=phonenumbers.parse(number).country_code or 0,
        proven=proven,
    )


def _problem(
    request: Request, number: str, form: ProofForm, also: Sequence[str]
) -> PumpingProblem | None:
    """The first layer that refuses it; the budget comes last, because it e-mails the admins."""
    if request.kind == AttemptKind.EMAIL:
        return limits.problem(request) if settings.rate_limits else None
    problem = _wrong_number(number, form, also) or _unreachable(number) or _too_often(request)
    if problem is None and settings.rate_limits:
        problem = _watched(request, number) or limits.problem(request)
    counted = request.kind == AttemptKind.TEXT
    if problem is None and counted and limits.sent(limits.HOUR) >= _budget(request):
        blocks.note_empty_budget()
        problem = PumpingProblem.BUDGET
    return problem


def _budget(request: Request) -> int:
    """The texts of an hour; two fifths are reserved for prefixes without unused codes.

    Otherwise somebody with ten rented ranges could use up the budget before they are blocked.
    """
    budget = settings.verification_texts_per_hour
    unused = settings.rate_limits and limits.has_unused(request.prefix_hash)
    return budget * 3 // 5 if unused else budget


def _wrong_number(number: str, form: ProofForm, also: Sequence[str]) -> PumpingProblem | None:
    # An existing account stays usable when the list of countries becomes shorter.
    if form == ProofForm.RESET:
        return None
    countries = [*settings.registration_countries, *also]
    try:
        allowed = phone.parse(number, countries[0]).country in countries
    except InvalidPhone:
        allowed = False
    return None if allowed else PumpingProblem.COUNTRY


def _unreachable(number: str) -> PumpingProblem | None:
    try:
        reached = routing.can_verify(phone.country_of(number))
    except InvalidPhone:
        return PumpingProblem.COUNTRY
    return None if reached else PumpingProblem.NO_GATEWAY


def _too_often(request: Request) -> PumpingProblem | None:
    times, moment = limits.times_of(request), now()
    if sum(time > moment - DAY for time in times) >= limits.MOST_PER_NUMBER:
        return PumpingProblem.NUMBER
    if settings.rate_limits and times and moment - times[0] < limits.wait(len(times)):
        return PumpingProblem.TOO_SOON
    return None


def _watched(request: Request, number: str) -> PumpingProblem | None:
    prefix = blocks.prefix_of(number)
    if blocks.is_blocked(prefix):
        return PumpingProblem.BLOCKED
    texts = limits.unanswered(request, blocks.lifted_at(prefix))
    if not texts:
        return None
    blocks.block(prefix, texts)
    return PumpingProblem.BLOCKED


def _hash(kind: str, text: str) -> str:
    return keyed_hash(f"texts {kind}", text)[:32] if text else ""
