"""Limits of verification texts, counted over the attempts of a day.

The figures follow common practice (Auth0, GitLab, coss.com): see docs/security.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select

from promosms.extensions import db
from promosms.models import AttemptKind, TextAttempt, now
from promosms.services.abuse.refusals import DAY, PumpingProblem
from promosms.settings import settings

HOUR = timedelta(hours=1)
MOST_PER_NUMBER = 3  # in 24 hours
LONGEST_WAIT = timedelta(minutes=32)
WATCHED = 10  # texts to a prefix, before its sign-ins are checked
FEWEST_COMPLETED = 0.2
SIGN_UPS = 10
"""So many times as many codes of sign-up forms, which accounts pay and limit themselves."""


@dataclass(frozen=True)
class Request:
    """A request for a text, with keyed hashes for number, prefix and network."""

    kind: AttemptKind
    number_hash: str
    prefix_hash: str
    network_hash: str
    dial_code: int
    proven: bool


@dataclass(frozen=True)
class Rule:
    """At most `most` attempts within the period of those that `same` selects.

    With `unproven` only attempts without proof of work count."""

    problem: PumpingProblem
    most: Callable[[], int]
    period: timedelta
    same: Callable[[Request], ColumnElement[bool]]
    unproven: bool = False


def fixed(most: int) -> Callable[[], int]:
    """A limit that does not depend on a setting."""
    return lambda: most


def _network(request: Request) -> ColumnElement[bool]:
    return TextAttempt.network_hash == request.network_hash


def _number(request: Request) -> ColumnElement[bool]:
    return TextAttempt.number_hash == request.number_hash


def _prefix(request: Request) -> ColumnElement[bool]:
    return TextAttempt.prefix_hash == request.prefix_hash


def _dial_code(request: Request) -> ColumnElement[bool]:
    return TextAttempt.dial_code == request.dial_code


def _all(request: Request) -> ColumnElement[bool]:
    return TextAttempt.kind == request.kind


P = PumpingProblem
RULES = {
    AttemptKind.TEXT: (
        Rule(P.PREFIX, fixed(5), HOUR, _prefix),
        Rule(P.NETWORK, fixed(5), HOUR, _network),
        Rule(P.NETWORK, fixed(20), DAY, _network),
        Rule(P.UNPROVEN, fixed(2), HOUR, _prefix, unproven=True),
        Rule(P.UNPROVEN, fixed(2), HOUR, _network, unproven=True),
        Rule(P.UNPROVEN, fixed(4), DAY, _network, unproven=True),
        Rule(P.UNPROVEN, fixed(5), HOUR, _all, unproven=True),
        Rule(P.UNPROVEN, fixed(20), DAY, _all, unproven=True),
        Rule(P.DIAL_CODE, lambda: settings.verification_texts_per_dial_code, DAY, _dial_code),
    ),
    AttemptKind.SIGN_UP: (
        Rule(P.PREFIX, fixed(10), HOUR, _prefix),
        # The guests of a restaurant share one.
        Rule(P.NETWORK, fixed(20), HOUR, _network),
        Rule(P.NETWORK, fixed(60), DAY, _network),
        Rule(P.UNPROVEN, fixed(2), HOUR, _prefix, unproven=True),
        Rule(P.UNPROVEN, fixed(3), HOUR, _network, unproven=True),
        Rule(P.UNPROVEN, fixed(10), DAY, _network, unproven=True),
        Rule(P.UNPROVEN, fixed(20), HOUR, _all, unproven=True),
        Rule(
            P.DIAL_CODE,
            lambda: SIGN_UPS * settings.verification_texts_per_dial_code,
            DAY,
            _dial_code,
        ),
        Rule(P.BUDGET, lambda: SIGN_UPS * settings.verification_texts_per_hour, HOUR, _all),
    ),
    AttemptKind.NOTICE: (
        Rule(P.NUMBER, fixed(MOST_PER_NUMBER), DAY, _number),
        Rule(P.PREFIX, fixed(5), HOUR, _prefix),
        Rule(P.DIAL_CODE, lambda: settings.verification_texts_per_dial_code, DAY, _dial_code),
        Rule(P.BUDGET, lambda: settings.verification_texts_per_hour, HOUR, _all),
    ),
    AttemptKind.EMAIL: (
        Rule(P.NETWORK, fixed(20), HOUR, _network),
        Rule(P.NETWORK, fixed(60), DAY, _network),
        Rule(P.UNPROVEN, fixed(5), HOUR, _network, unproven=True),
        Rule(P.UNPROVEN, fixed(15), DAY, _network, unproven=True),
    ),
}


def problem(request: Request) -> PumpingProblem | None:
    """The first rule that refuses it. One statement counts for all rules."""
    rules = [rule for rule in RULES[request.kind] if _applies(rule, request)]
    if not rules:
        return None
    counts = [
        func.coalesce(func.sum(case((_matches(rule, request), 1), else_=0)), 0) for rule in rules
    ]
    query = select(*counts).where(*_of_day(request.kind))
    row = db.session.execute(query).one()
    for rule, count in zip(rules, row, strict=True):
        if count >= rule.most():
            return rule.problem
    return None


def sent(period: timedelta) -> int:
    """How many texts went out in the last period, of up to a day."""
    query = select(func.count()).select_from(TextAttempt)
    query = query.where(TextAttempt.kind == AttemptKind.TEXT)
    return db.session.scalars(query.where(TextAttempt.created_at > now() - period)).one()


def completed() -> int:
    """How many texts of the last 24 hours led to a sign-in."""
    query = select(func.count()).select_from(TextAttempt)
    return db.session.scalars(query.where(*_of_day(AttemptKind.TEXT), TextAttempt.completed)).one()


def times_of(request: Request) -> list[datetime]:
    """When texts of this kind went to the number in the last day or two, the newest first."""
    query = select(TextAttempt.created_at).where(
        TextAttempt.number_hash == request.number_hash, TextAttempt.kind == request.kind
    )
    return list(db.session.scalars(query.order_by(TextAttempt.created_at.desc())))


def wait(texts: int) -> timedelta:
    """How long a number waits after so many texts: 1, 2, 4, up to 32 minutes."""
    return min(timedelta(minutes=2 ** (texts - 1)), LONGEST_WAIT) if texts else timedelta()


def unanswered(request: Request, since: datetime) -> int:
    """The texts of this kind to the prefix since then, if too few codes were used; else 0."""
    query = select(
        func.count(), func.coalesce(func.sum(case((TextAttempt.completed, 1), else_=0)), 0)
    ).where(
        *_of_day(request.kind),
        TextAttempt.prefix_hash == request.prefix_hash,
        TextAttempt.created_at > since,
    )
    texts, sign_ins = db.session.execute(query).one()
    return int(texts) if texts >= WATCHED and sign_ins < FEWEST_COMPLETED * texts else 0


def has_unused(prefix_hash: str) -> bool:
    """Is there a text of the last 24 hours to this prefix whose code was not used so far?"""
    query = select(TextAttempt.id).where(
        *_of_day(AttemptKind.TEXT),
        TextAttempt.prefix_hash == prefix_hash,
        TextAttempt.completed.is_(False),
    )
    return db.session.scalar(query.limit(1)) is not None


def _applies(rule: Rule, request: Request) -> bool:
    if rule.same is _network and not request.network_hash:
        return False
    return not (rule.unproven and request.proven)


def _matches(rule: Rule, request: Request) -> ColumnElement[bool]:
    matches = rule.same(request) & (TextAttempt.created_at > now() - rule.period)
    return matches & TextAttempt.proven.is_(False) if rule.unproven else matches


def _of_day(kind: AttemptKind) -> tuple[ColumnElement[bool], ...]:
    return TextAttempt.kind == kind, TextAttempt.created_at > now() - DAY
