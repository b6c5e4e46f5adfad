"""Webhooks while workers are killed: each event comes, and one that comes twice is the same."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import EndpointStatus, Message, MessageStatus, WebhookDelivery, WebhookEndpoint
from tests.faults.failpoints import GATEWAY, RECEIVE, TICK
from tests.faults.installation import Installation
from tests.faults.report import Report, reporting
from tests.support.webhooks import Received, Receiver, listen, receiving

QUEUE = "webhooks"
OTHERS = (GATEWAY, RECEIVE, TICK)
PATIENCE = 180  # seconds until the last event has come


def kills(installation: Installation, messages: int, times: int) -> Report:
    """kill -9 the worker of webhooks at random moments, and now and then another one.

    The program that is told refuses every tenth event, and takes it when it comes again.
    """
    chance = random.Random(installation.seed)
    with receiving(Taking(chance)) as receiver:
        with reporting("webhooks", installation) as report:
            installation.begin(messages)
            with installation.app.app_context():
                listen(installation.account_id, receiver.url)
                db.session.remove()
            installation.start_all()
            installation.start(QUEUE)
            installation.launch()
            for _ in range(times):
                time.sleep(chance.uniform(0.05, 0.4))
                installation.revive()
                installation.kill(QUEUE)
                if chance.random() < 0.1:
                    installation.kill(chance.choice(OTHERS))
        _wait(installation)
        _check(installation, receiver, report)
    report.facts["kills of the worker"] = times
    return report


class Taking:
    """Answers of a program that refuses some events, each only once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.known: set[str] = set()

    def __call__(self, _: Receiver, request: Received) -> tuple[int, dict[str, str]]:
        """Take it, or ask for it later."""
        name = request.headers["webhook-id"]
        busy = name not in self.known and self.chance.random() < 0.1
        self.known.add(name)
        return (503 if busy else 204), {}


def _wait(installation: Installation) -> None:
    """Until nothing waits."""
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE)
    waiting = select(func.count()).where(WebhookDelivery.next_at.is_not(None))
    while installation.ask(lambda: db.session.scalar(waiting)):
        assert datetime.now(UTC) < end, "events still wait"
        installation.revive()
        time.sleep(0.1)


def _check(installation: Installation, receiver: Receiver, report: Report) -> None:
    bodies: dict[str, set[bytes]] = {}
    came: Counter[str] = Counter()
    for request in receiver.requests:
        name = request.headers["webhook-id"]
        bodies.setdefault(name, set()).add(request.body)
        came[name] += 1
    report.expect(all(len(each) == 1 for each in bodies.values()), "an event has changed")
    with installation.app.app_context():
        deliveries = select(WebhookDelivery.event, WebhookDelivery.word, func.count()).group_by(
            WebhookDelivery.event, WebhookDelivery.word
        )
        told = {(event, word): number for event, word, number in db.session.execute(deliveries)}
        counted = select(Message.status, func.count()).group_by(Message.status)
        statuses = {row[0]: row[1] for row in db.session.execute(counted)}
        lost = db.session.scalar(select(func.count()).where(WebhookDelivery.status != "delivered"))
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        report.expect(endpoint.status == EndpointStatus.ACTIVE, "the endpoint was disabled")
        number = db.session.scalar(select(func.count()).select_from(WebhookDelivery))
        db.session.remove()
    report.expect(not lost, f"{lost} events did not arrive")
    report.expect(len(came) == number, f"{number} events were noted, {len(came)} have come")
    for status in (MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.UNDELIVERED):
        same = told.get(("message.finished", status), 0) == statuses.get(status, 0)
        report.expect(same, f"{status}: {statuses} in the database, {told} were told")
    report.facts |= {"events": number, "came again": came.total() - len(came)}
