"""The job that runs an automation that is due."""

from promosms import queue
from promosms.services.automations import run as automation_run


def run(automation_id: int) -> None:
    """Launch the campaign of the day, if anybody is to be texted, and enqueue its preparation."""
    campaign_id = automation_run.run(automation_id)
    if campaign_id is not None:
        queue.wake("work", "prepare.run", campaign_id)
