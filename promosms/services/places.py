"""Places: whose turn it is at a gateway, and how far its worker has come in each campaign."""

import time
from dataclasses import dataclass, field

SLICE = 500  # messages of one campaign before another account's turn comes
SLICE_SECONDS = 1.0
PLACE_SECONDS = 30.0


@dataclass
class Turn:
    """Whose turn it is: a campaign, and how many more of its messages."""

    campaign_id: int
    account_id: int
    left: int = SLICE
    until: float = field(default_factory=lambda: time.monotonic() + SLICE_SECONDS)


class Places:
    """How far a worker has come in each campaign: what was claimed lies before, and is not read.

    Now and then it begins again at the start, for what was put back into the queue.
    """

    def __init__(self) -> None:
        self.found: dict[int, tuple[int, float]] = {}

    def after(self, campaign_id: int) -> int:
        """The id after which to look; 0 for the start."""
        place, began = self.found.get(campaign_id, (0, 0.0))
        return place if time.monotonic() - began < PLACE_SECONDS else 0

    def move(self, campaign_id: int, place: int) -> None:
        """Everything up to this id has been claimed; 0: nobody knows."""
        known = self.after(campaign_id)
        if place:
            began = self.found[campaign_id][1] if known else time.monotonic()
            self.found[campaign_id] = place, began
        else:
            self.found.pop(campaign_id, None)
