"""Text counts: the limits of system texts, counted over the attempts of a day.

The figures are those of the field (Auth0, GitLab, coss.com): see docs/security.md.
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
WATCHED = 10  # texts to a prefix, before its sign-ins are looked at
FEWEST_COMPLETED = 0.2


@dataclass(frozen=True)
class Asked:
    """Who asks for a text, without saying who."""

    kind: AttemptKind
    number_hash: str
    prefix_hash: str
    network_hash: str
    dial_code: int
    proven: bool


@dataclass(frozen=True)
class Rule:
    """At most `most` within the period of those that `same` finds; perhaps only without proof."""

    problem: PumpingProblem
    most: Callable[[], int]
    period: timedelta
    same: Callable[[Asked], ColumnElement[bool]]
    unproven: bool = False


def number(most: int) -> Callable[[], int]:
    """A limit that no setting changes."""
    return lambda: most


def _network(asked: Asked) -> ColumnElement[bool]:
    return TextAttempt.network_hash == asked.network_hash


def _prefix(asked: Asked) -> ColumnElement[bool]:
    return TextAttempt.prefix_hash == asked.prefix_hash


def _dial_code(asked: Asked) -> ColumnElement[bool]:
    return TextAttempt.dial_code == asked.dial_code


def _all(asked: Asked) -> ColumnElement[bool]:
    return TextAttempt.kind == asked.kind


P = PumpingProblem
RULES = {
    AttemptKind.TEXT: (
        Rule(P.PREFIX, number(5), HOUR, _prefix),
        Rule(P.NETWORK, number(5), HOUR, _network),
        Rule(P.NETWORK, number(20), DAY, _network),
        Rule(P.UNPROVEN, number(2), HOUR, _prefix, unproven=True),
        Rule(P.UNPROVEN, number(2), HOUR, _network, unproven=True),
        Rule(P.UNPROVEN, number(4), DAY, _network, unproven=True),
        Rule(P.UNPROVEN, number(5), HOUR, _all, unproven=True),
        Rule(P.UNPROVEN, number(20), DAY, _all, unproven=True),
        Rule(P.DIAL_CODE, lambda: settings.system_texts_per_dial_code, DAY, _dial_code),
    ),
    AttemptKind.LETTER: (
        Rule(P.NETWORK, number(20), HOUR, _network),
        Rule(P.NETWORK, number(60), DAY, _network),
        Rule(P.UNPROVEN, number(5), HOUR, _network, unproven=True),
        Rule(P.UNPROVEN, number(15), DAY, _network, unproven=True),
    ),
}


def problem(asked: Asked) -> PumpingProblem | None:
    """The first rule that is against it. One statement counts for all of them."""
    rules = [rule for rule in RULES[asked.kind] if _applies(rule, asked)]
    if not rules:
        return None
    counts = [func.coalesce(func.sum(case((_fits(rule, asked), 1), else_=0)), 0) for rule in rules]
    query = select(*counts).where(*_of_day(asked.kind))
    found = db.session.execute(query).one()
    for rule, count in zip(rules, found, strict=True):
        if count >= rule.most():
            return rule.problem
    return None


def sent(period: timedelta) -> int:
    """How many texts have gone out in a period of up to a day."""
    query = select(func.count()).select_from(TextAttempt)
    query = query.where(TextAttempt.kind == AttemptKind.TEXT)
    return db.session.scalars(query.where(TextAttempt.created_at > now() - period)).one()


def completed() -> int:
    """How many texts of the last 24 hours led to a sign-in."""
    query = select(func.count()).select_from(TextAttempt)
    return db.session.scalars(query.where(*_of_day(AttemptKind.TEXT), TextAttempt.completed)).one()


def of_number(number_hash: str) -> list[datetime]:
    """When a number had texts, as far as that is remembered, the newest first."""
    query = select(TextAttempt.created_at).where(
        TextAttempt.number_hash == number_hash, TextAttempt.kind == AttemptKind.TEXT
    )
    return list(db.session.scalars(query.order_by(TextAttempt.created_at.desc())))


def wait(texts: int) -> timedelta:
    """How long a number waits after so many texts: 1, 2, 4, up to 32 minutes."""
    return min(timedelta(minutes=2 ** (texts - 1)), LONGEST_WAIT) if texts else timedelta()


def unanswered(prefix_hash: str, since: datetime) -> int:
    """The texts to a prefix since then, if so few led to a sign-in that it looks rented; else 0."""
    query = select(
        func.count(), func.coalesce(func.sum(case((TextAttempt.completed, 1), else_=0)), 0)
    ).where(
        *_of_day(AttemptKind.TEXT),
        TextAttempt.prefix_hash == prefix_hash,
        TextAttempt.created_at > since,
    )
    texts, led = db.session.execute(query).one()
    return int(texts) if texts >= WATCHED and led < FEWEST_COMPLETED * texts else 0


def unused(prefix_hash: str) -> bool:
    """Is there a text of the last 24 hours to this prefix that has led to nothing so far?"""
    query = select(TextAttempt.id).where(
        *_of_day(AttemptKind.TEXT),
        TextAttempt.prefix_hash == prefix_hash,
        TextAttempt.completed.is_(False),
    )
    return db.session.scalar(query.limit(1)) is not None


def _applies(rule: Rule, asked: Asked) -> bool:
    if rule.same is _network and not asked.network_hash:
        return False
    return not (rule.unproven and asked.proven)


def _fits(rule: Rule, asked: Asked) -> ColumnElement[bool]:
    fits = rule.same(asked) & (TextAttempt.created_at > now() - rule.period)
    return fits & TextAttempt.proven.is_(False) if rule.unproven else fits


def _of_day(kind: AttemptKind) -> tuple[ColumnElement[bool], ...]:
    return TextAttempt.kind == kind, TextAttempt.created_at > now() - DAY
