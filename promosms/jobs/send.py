"""Send what waits for a gateway."""

from promosms import bell, lines
from promosms.jobs.sender import Sender

SECONDS = 20


def run(gateway_id: int) -> None:
    """Send for at most 20 seconds, then ring for the rest."""
    line = lines.current(gateway_id)
    if line is None:
        return  # a worker that does not hold this gateway; the sweep rings again
    if Sender(line).run(SECONDS):
        bell.ring(bell.gateway_queue(gateway_id), "send.run", gateway_id)
