"""Send the queued messages of a gateway."""

from promosms import queue
from promosms.jobs import gateway_connections
from promosms.jobs.sender import Sender
from promosms.jobs.webhooks import waking

SECONDS = 20


def run(gateway_id: int) -> None:
    """Send for at most 20 seconds, then queue a job for the rest."""
    connection = gateway_connections.current(gateway_id)
    if connection is None:
        return  # another worker has this connection; the sweep enqueues again
    if Sender(connection).run(SECONDS):
        queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    waking.wake_if_noted()
