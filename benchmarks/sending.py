"""How many prepared messages a second one SMPP connection takes from the database to the SMSC.

    python -m benchmarks.sending [--messages 100000] [--database sqlite|postgresql|URL] [--receipts]
        [--receipt-delay 200] [--delay 0] [--window 100] [--connections 1] [--runs 1]

The real worker of the gateway, with the tick and a Valkey beside it, sends one campaign of texts
of 98 characters to the SMSC of `benchmarks.smsc`. Measured from the first submission to the last
recorded result; with receipts also to the last one applied by the worker `receive`. `window` is
what may be open on a connection, and unconfirmed when its worker dies.
Processor time is that of a whole process: it says more than rates where other work runs beside. In
the end the SMSC, the rows, the counters and the ledger must agree.
"""

import argparse
import sys
from statistics import median

from sqlalchemy import Select, func, select

from benchmarks import smsc
from benchmarks.installation import (
    Installation,
    account,
    busy,
    database,
    fill,
    running_installation,
    say,
)
from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    EntryKind,
    Gateway,
    LedgerEntry,
    Message,
    RouteGateway,
    now,
)
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.sending import cursors
from tests.services.sending.conftest import check_books

PRICE = 300
RATE = 1_000_000
SERVER, SMSC = "PostgreSQL", "SMSC"
TEXT = (
    "='Dear customer ' || CAST(10000000 + n AS TEXT)"
    " || ', all winter boots are half their price until Sunday. Your Shoe Shop, Example'"
)


def main() -> None:
    """Run `--runs` times and print the medians."""
    options = read_options()
    results: dict[str, list[float]] = {}
    with database(options.database) as url:
        for _ in range(options.runs):
            for name, value in run(options, url).items():
                results.setdefault(name, []).append(value)
    for name in ("database", "messages", "window", "delay", "connections", "receipts"):
        say(name, getattr(options, name))
    for name, values in results.items():
        say(name, median(values))
        if len(values) > 1 and "/s" in name:
            say("  of", " ".join(f"{value:,.0f}" for value in sorted(values)))


def read_options() -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql or a URL")
    parser.add_argument("--receipts", action="store_true")
    parser.add_argument("--delay", type=float, default=0, help="of each answer, milliseconds")
    parser.add_argument("--receipt-delay", type=float, default=200, help="milliseconds")
    parser.add_argument("--window", type=int, default=100)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    return parser.parse_args()


def run(options: argparse.Namespace, url: str) -> dict[str, float]:
    """Measure once in a new installation."""
    arguments = ["--delay", str(options.delay), "--receipt-delay", str(options.receipt_delay)]
    arguments += ["--receipts"] if options.receipts else []
    with smsc.running(*arguments) as peer, running_installation(url) as running:
        with running.app.app_context():
            gateway = smpp_gateway(peer.port, options.window, options.connections)
            account_id, campaign_id = prepared(options.messages, gateway)
        workers = [f"gateway-{gateway}"]
        workers += [f"gateway-{gateway}/{n}" for n in range(2, options.connections + 1)]
        running.start(*workers, "tick", *(["receive"] if options.receipts else []))
        running.wait(lambda: bool(peer.counts()["binds"] >= options.connections))
        begun = processor_times(running, peer)
        before = running.memory(workers[0])
        with running.app.app_context():
            resume(campaign_id, gateway)
        running.wait(lambda: not still_open(campaign_id), every=0.3)
        sent = processor_times(running, peer)
        if options.receipts:
            running.wait(lambda: not unreported(campaign_id, options.messages), every=0.3)
        ended = processor_times(running, peer) | {name: sent[name] for name in workers}
        counts = peer.counts()
        with running.app.app_context():
            check(options, account_id, campaign_id, counts)
            results = rates(options, counts)
        spent = {name: (ended[name] - begun[name]) / options.messages * 1e6 for name in begun}
        results["processor µs a message, sending"] = sum(spent[name] for name in workers)
        if options.receipts:
            results["processor µs a receipt, applying"] = spent["receive"]
        if spent[SERVER]:
            results["processor µs a message, PostgreSQL"] = spent[SERVER]
        results["processor µs a message, SMSC"] = spent[SMSC]
        results["MB of the worker before"] = before
        results["MB of the worker at its peak"] = running.peak(workers[0])
        results["MB of the worker in the end"] = running.memory(workers[0])
        return results


def processor_times(running: Installation, peer: smsc.Process) -> dict[str, float]:
    """Seconds of processor time of each process until now."""
    seconds = {name: running.busy(name) for name in running.processes}
    return seconds | {SERVER: running.server_busy(), SMSC: busy(peer.process.pid)}


def smpp_gateway(port: int, window: int, connections: int = 1, rate: int = RATE) -> int:
    """Create this SMPP gateway as the only one of the default route; returns its id."""
    with transaction() as session:
        gateway = Gateway(
            name="SMSC",
            kind="smpp",
            rate=rate,
            window=window,
            connections=connections,
            settings={
                "host": "127.0.0.1",
                "port": str(port),
                "system_id": "promo",
                "password": "secret",
            },
        )
        session.add(gateway)
        session.flush()
        route = defaults.default_route()
        for old in session.scalars(select(RouteGateway)):
            session.delete(old)
        session.add(RouteGateway(route_id=route.id, gateway_id=gateway.id))
    return gateway.id


def prepared(messages: int, gateway_id: int) -> tuple[int, int]:
    """Create a paused campaign with messages and a hold; returns the account id and its own id."""
    account_id = account("sending")
    total = messages * PRICE
    with transaction() as session:
        campaign = Campaign(
            account_id=account_id,
            route_id=defaults.default_route().id,
            text="Dear customer …",
            everyone=True,
            status=CampaignStatus.PAUSED,
            audience=messages,
            agreed_price=total,
            total_price=total,
            n_queued=messages,
            n_parts=messages,
            launched_at=now(),
        )
        session.add(campaign)
        session.flush()
        ledger.hold(account_id, campaign.id, total)
    columns: dict[str, object] = {
        "account_id": account_id,
        "campaign_id": campaign.id,
        "gateway_id": gateway_id,
        "phone": "='+48' || CAST(600000000 + n AS TEXT)",
        "country": "PL",
        "sender": defaults.SENDER,
        "text": TEXT,
        "price": PRICE,
        "attention_status": None,
    }
    fill(Message, messages, columns)
    with transaction() as session:
        ids = select(func.min(Message.id), func.max(Message.id))
        first, last = session.execute(ids.where(Message.campaign_id == campaign.id)).one()
        cursors.store(session, campaign.id, cursors.initial([(gateway_id, first, last)]))
    return account_id, campaign.id


def resume(campaign_id: int, gateway_id: int) -> None:
    """Resume the campaign and wake the worker."""
    with transaction() as session:
        session.get_one(Campaign, campaign_id).status = CampaignStatus.SENDING
    queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)


def still_open(campaign_id: int) -> int:
    """Messages that are not sent yet."""
    campaign = read_campaign(campaign_id)
    return campaign.n_queued + campaign.n_sending


def unreported(campaign_id: int, messages: int) -> int:
    """Messages without a receipt."""
    return messages - read_campaign(campaign_id).n_delivered


def read_campaign(campaign_id: int) -> Campaign:
    """The campaign as it is now."""
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id, populate_existing=True)


def check(
    options: argparse.Namespace, account_id: int, campaign_id: int, counts: dict[str, int]
) -> None:
    """Check that every message was sent once and paid."""
    accepted = Message.status.in_(("sent", "delivered"))
    query: Select[int] = select(func.count()).where(Message.campaign_id == campaign_id, accepted)
    sent = db.session.scalar(query)
    totals = (sent, counts["submits"], counts["numbers"])
    if totals != (options.messages,) * 3:
        sys.exit(f"sent, submitted and different: {totals} of {options.messages}")
    check_books(account_id)


def rates(options: argparse.Namespace, counts: dict[str, float]) -> dict[str, float]:
    """Messages a second, from the first submission on."""
    sent, final = db.session.execute(
        select(func.max(Message.sent_at), func.max(Message.final_at))
    ).one()
    assert sent is not None
    results = {"messages/s sent": options.messages / (sent.timestamp() - counts["first"])}
    turns = db.session.scalar(select(func.count()).where(LedgerEntry.kind == EntryKind.CHARGE))
    results["messages a turn"] = options.messages / turns
    if options.receipts:
        assert final is not None
        seconds = final.timestamp() - counts["first"]
        results["messages/s sent and their receipts applied"] = options.messages / seconds
    return results


if __name__ == "__main__":
    main()
