"""Send what waits for a gateway."""

from promosms import queue
from promosms.jobs import gateway_connections
from promosms.jobs.sender import Sender

SECONDS = 20


def run(gateway_id: int) -> None:
    """Send for at most 20 seconds, then ring for the rest."""
    line = gateway_connections.current(gateway_id)
    if line is None:
        return  # a worker that does not hold this gateway; the sweep rings again
    if Sender(line).run(SECONDS):
        queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
