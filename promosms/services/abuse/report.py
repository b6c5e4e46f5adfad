"""The figures for admins: verification texts of a day, refusals of each layer, what is left."""

from dataclasses import dataclass

from promosms.models import TextBlock
from promosms.services.abuse import blocks, limits, refusals
from promosms.services.abuse.refusals import DAY, PumpingProblem
from promosms.settings import settings


@dataclass(frozen=True)
class Overview:
    """Figures of the last 24 hours; `left` is what may still go out within this hour."""

    sent: int
    completed: int
    left: int
    budget: int
    refused: dict[PumpingProblem, int]
    blocks: list[TextBlock]


def overview() -> Overview:
    """The figures of now."""
    budget = settings.verification_texts_per_hour
    return Overview(
        sent=limits.sent(DAY),
        completed=limits.completed(),
        left=max(budget - limits.sent(limits.HOUR), 0),
        budget=budget,
        refused=refusals.of_day(),
        blocks=blocks.current(),
    )
