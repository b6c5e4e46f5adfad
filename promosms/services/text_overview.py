"""What admins see of the system texts of a day: how many, what each layer refused, what is left."""

from dataclasses import dataclass

from promosms.config import setting
from promosms.models import TextBlock
from promosms.services import text_blocks, text_counts, text_refusals
from promosms.services.text_refusals import DAY, PumpingProblem


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
    budget: int = setting("SYSTEM_TEXTS_PER_HOUR")
    return Overview(
        sent=text_counts.sent(DAY),
        completed=text_counts.completed(),
        left=max(budget - text_counts.sent(text_counts.HOUR), 0),
        budget=budget,
        refused=text_refusals.of_day(),
        blocks=text_blocks.current(),
    )
