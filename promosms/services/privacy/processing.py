"""What is stored about people, by topic, for the privacy page: made from the models."""

from dataclasses import dataclass

from promosms.language import gettext as _
from promosms.models import TOPICS, Model, Processing, Retention, Topic, models
from promosms.models.processing import entries
from promosms.services.policies.promise_values import days, hours, minutes, years
from promosms.services.privacy import retention as rules
from promosms.settings import settings


@dataclass(frozen=True)
class Section:
    """A topic in the reader's language; `kept` are what is stored and how long."""

    title: str
    facts: list[tuple[str, str]]
    kept: list[tuple[str, str]]


def sections() -> list[Section]:
    """All topics of which a table holds something, in the order of the page."""
    return [_section(topic) for topic in TOPICS]


def how_long(model: type[Model], entry: Processing) -> str:
    """How long it is kept, in the reader's language; empty if nothing says it."""
    kept = entry.kept or model.retention
    if kept.words:
        return str(_(kept.words) % {"time": _time(kept)})
    return next((rule.kept() for rule in rules.RULES if rule.name == kept.by), "")


def _section(topic: Topic) -> Section:
    facts = [
        (_("About whom"), _(topic.people)),
        (_("What for"), _(topic.purpose)),
        (_("By what right"), " ".join(_(basis) for basis in topic.bases)),
        (_("Who sees it"), _(topic.seen_by)),
    ]
    kept: dict[str, list[str]] = {}
    for model in models().values():
        for entry in entries(model.processing):
            if entry.topic is topic:
                kept.setdefault(how_long(model, entry), []).append(_(entry.holds))
    return Section(
        _(topic.title), facts, [("; ".join(holds), time) for time, holds in kept.items()]
    )


def _time(kept: Retention) -> str:
    """The time of a setting, else the limit; empty if there is none."""
    if kept.setting:
        name = kept.setting.lower()
        unit = {"minutes": minutes, "hours": hours, "days": days, "years": years}
        return unit[name.rpartition("_")[2]](getattr(settings, name))
    if kept.limit == kept.limit.max:
        return ""
    whole = kept.limit.days
    return days(whole) if whole > 1 else hours(int(kept.limit.total_seconds() // 3600))
