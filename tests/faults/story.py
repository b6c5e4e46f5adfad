"""A campaign under fire, and the questions asked afterwards."""

import random
import time
from dataclasses import dataclass, field

from promosms.extensions import db
from promosms.models import CampaignStatus
from tests.faults.plant import Plant
from tests.sending.conftest import check_books


@dataclass
class Findings:
    """What the network, the rows and the books say in the end."""

    messages: int
    kills: int
    accepted: int
    duplicates: int
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Messages without a final status."""
        return self.messages - sum(self.statuses.values())


def kill_workers(plant: Plant, kills: int, seed: int, slowest: float = 1.2) -> int:
    """kill -9 the gateway's worker at random moments while the campaign runs; returns how often.

    A kill counts when the worker had something to send.
    """
    chance = random.Random(seed)
    done = 0
    while done < kills:
        time.sleep(chance.uniform(0.05, slowest))
        plant.revive()
        status, still_open = plant.progress()
        if status == CampaignStatus.FINISHED:
            return done
        if status == CampaignStatus.SENDING and still_open and _has_claimed(plant):
            plant.kill(plant.gateway)
            plant.start(plant.gateway)
            done += 1
    return done


def ask(plant: Plant, messages: int, kills: int, began: float) -> Findings:
    """Compare the network's log with the rows and the ledger; raises when the books are wrong."""
    times = plant.submissions()
    with plant.app.app_context():
        check_books(plant.account_id)
        db.session.remove()
    return Findings(
        messages=messages,
        kills=kills,
        accepted=len(times),
        duplicates=sum(1 for n in times.values() if n > 1),
        statuses=plant.statuses(),
        seconds=time.monotonic() - began,
    )


def _has_claimed(plant: Plant) -> bool:
    return bool(plant.statuses().get("sending"))
