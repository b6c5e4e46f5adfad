"""How long a small campaign waits because of a big one of another account.

    python -m benchmarks.fairness [--messages 1000000] [--small 100] [--rate 2000]
        [--database sqlite|postgresql|URL]

Twice: while the big campaign is being prepared, and while it is being sent. Printed is the time
from the launch of the small one to its last submission at the SMSC, less the time that it takes
by itself at the gateway's rate.
"""

import argparse
import time
from functools import partial

from benchmarks import smsc
from benchmarks.installation import Installation, account, database, running_installation, say
from benchmarks.preparation import add_people, launched
from benchmarks.sending import prepared, read_campaign, resume, smpp_gateway
from promosms import queue

BIG, SMALL = 600_000_000, 700_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=100)
    parser.add_argument("--rate", type=int, default=2000, help="of the gateway, parts per second")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    options = parser.parse_args()
    for name in ("database", "messages", "small", "rate"):
        say(name, getattr(options, name))
    with database(options.database) as url:
        for name, meet in (("prepared", while_prepared), ("sent", while_sent)):
            with smsc.running() as peer, running_installation(url) as running:
                with running.app.app_context():
                    gateway = smpp_gateway(peer.port, window=100, rate=options.rate)
                running.start("work", f"gateway-{gateway}", "tick")
                running.wait(partial(is_bound, peer))
                delay = meet(running, peer, gateway, options)
            say(f"ms of delay while the big one is {name}", delay * 1000)


def while_prepared(
    running: Installation, peer: smsc.Process, gateway: int, options: argparse.Namespace
) -> float:
    """Launch the small campaign a moment after the big one."""
    with running.app.app_context():
        big_account_id = account("big")
        add_people(big_account_id, options.messages, BIG)
        big, _ = launched(big_account_id)
        queue.wake("work", "prepare.run", big)
    running.wait(lambda: read_campaign(big).cursor > 0)
    return delay_of_small(running, peer, options, big, "preparing")


def while_sent(
    running: Installation, peer: smsc.Process, gateway: int, options: argparse.Namespace
) -> float:
    """Launch the small campaign while the big one is being sent."""
    with running.app.app_context():
        _, big = prepared(options.messages, gateway)
        resume(big, gateway)
    running.wait(lambda: peer.counts()["submits"] > options.rate)
    return delay_of_small(running, peer, options, big, "sending")


def delay_of_small(
    running: Installation, peer: smsc.Process, options: argparse.Namespace, big: int, status: str
) -> float:
    """Seconds from launch to the last submission, less those at the gateway's rate."""
    with running.app.app_context():
        small_account_id = account("small")
        add_people(small_account_id, options.small, SMALL)
        campaign_id, _ = launched(small_account_id)
        launched_at = time.time()
        queue.wake("work", "prepare.run", campaign_id)
    running.wait(lambda: peer.counts("487")["matching"] >= options.small, every=0.05)
    with running.app.app_context():
        big_status = read_campaign(big).status
        if big_status != status:
            say("the big one was already", big_status)
    last = float(peer.counts("487")["last"])
    return last - launched_at - int(options.small) / float(options.rate)


def is_bound(peer: smsc.Process) -> bool:
    """Is a gateway bound to the SMSC?"""
    return bool(peer.counts()["binds"])


if __name__ == "__main__":
    main()
