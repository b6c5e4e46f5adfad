"""Delivers what waits for webhooks.

Requests are under way in a thread of their own, with an event loop that lives as long as the
process: a job ends while some of them wait for an answer, and the next one takes it. So an endpoint
that does not answer holds up nobody. The database is the matter of the job alone.
"""

import asyncio
import queue as queues
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from promosms import logs
from promosms.jobs.webhooks.client import Client, Request
from promosms.models import EndpointKind, now
from promosms.services.api import webhook_events
from promosms.services.api.rest32 import report_calls
from promosms.services.webhooks import claiming, event_ids, recording, signing
from promosms.services.webhooks.claiming import Claimed
from promosms.services.webhooks.recording import DROPPED, Result
from promosms.settings import settings

log = logs.get(__name__)
PAUSE = 0.25
"""Seconds between two questions to the database, while nothing is answered."""
GATHER = 0.005
"""So long answers are gathered before they are recorded together."""
MOST, MOST_UNPROVEN = 1000, 500
"""Requests under way at the same time, and of them to endpoints that did not take the last one or
have not taken any: many that are dead leave room for those that answer."""
MOST_OF_ONE, FIRST_OF_ONE = 20, 2
"""Of them to one endpoint: it begins with the few, and each that succeeds allows one more."""
MOST_RECORDED = 500
BROKEN = "broken"
NO_SECRET = "no_secret"
"""The key of the installation has changed, and the secret cannot be read any more."""
LEAVING = 3.0  # seconds that requests get when the worker ends


Ready = tuple[Claimed, Request]
"""A delivery, and what is sent."""


class Deliverer:
    """Requests under way, and the answers that nobody has recorded yet."""

    def __init__(self, make_client: type[Client] = Client) -> None:
        self.answers: queues.SimpleQueue[Result] = queues.SimpleQueue()
        self.under_way: Counter[int] = Counter()
        self.allowed: dict[int, int] = {}
        self.proven: set[int] = set()
        """Endpoints that have taken the last one."""
        self.unproven: set[int] = set()
        """Deliveries that are under way to others."""
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.client = asyncio.run_coroutine_threadsafe(
            _made(make_client, settings.webhook_private), self.loop
        ).result()

    def rooms(self) -> Callable[[int], int]:
        """What says how many more may be sent to an endpoint; each place is given away once."""
        free = MOST - self.under_way.total()
        free_unproven = MOST_UNPROVEN - len(self.unproven)

        def room(endpoint_id: int) -> int:
            nonlocal free, free_unproven
            proven = endpoint_id in self.proven
            allowed = self.allowed.get(endpoint_id, FIRST_OF_ONE) - self.under_way[endpoint_id]
            places = max(0, min(allowed, free, free if proven else free_unproven))
            free -= places
            free_unproven -= 0 if proven else places
            return places

        return room

    def start(self, requests: Sequence[Ready]) -> None:
        """Send requests; their answers come into the queue."""
        for claimed, _ in requests:
            self.under_way[claimed.endpoint.id] += 1
            if claimed.endpoint.id not in self.proven:
                self.unproven.add(claimed.id)
        self.loop.call_soon_threadsafe(self._spawn, requests)

    def _spawn(self, requests: Sequence[Ready]) -> None:
        for claimed, request in requests:
            task = self.loop.create_task(self._send(claimed, request))
            task.add_done_callback(_tasks.discard)
            _tasks.add(task)

    async def _send(self, claimed: Claimed, request: Request) -> None:
        at = now()
        try:
            answer, milliseconds, wait = await self.client.send(request)
        except Exception:  # without an answer its place would never be free again
            log.exception("webhook.failed")
            answer, milliseconds, wait = BROKEN, 0, 0.0
        self.answers.put(Result(claimed, answer, at, milliseconds, wait))

    def answered(self, seconds: float) -> list[Result]:
        """What has been answered, after waiting at most so long for the first of it."""
        try:
            found = [self.answers.get(timeout=seconds)]
        except queues.Empty:
            return []
        end = time.monotonic() + GATHER
        while len(found) < MOST_RECORDED:
            try:
                found.append(self.answers.get(timeout=max(0.0, end - time.monotonic())))
            except queues.Empty:
                break
        for result in found:
            self._learn(result)
        return found

    def _learn(self, result: Result) -> None:
        endpoint_id = result.claimed.endpoint.id
        self.unproven.discard(result.claimed.id)
        (self.proven.add if result.taken else self.proven.discard)(endpoint_id)
        self.under_way[endpoint_id] -= 1
        if self.under_way[endpoint_id] <= 0:
            del self.under_way[endpoint_id]
        allowed = self.allowed.get(endpoint_id, FIRST_OF_ONE)
        self.allowed[endpoint_id] = (
            min(allowed + 1, MOST_OF_ONE) if result.taken else max(allowed // 2, 1)
        )

    def close(self) -> None:
        """End the requests that are under way; what is not answered is tried again later."""
        asyncio.run_coroutine_threadsafe(self.client.close(), self.loop).result(LEAVING)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(LEAVING)
        self.loop.close()


_tasks: set[asyncio.Task[None]] = set()
"""Tasks that only their loop knows: it holds them weakly."""


async def _made(make_client: type[Client], private: bool) -> Client:
    return make_client(private=private)


def deliver(deliverer: Deliverer, seconds: float, idle_seconds: float) -> bool:
    """Deliver what waits; True if there is more, or requests are under way."""
    end = time.monotonic() + seconds
    busy, after = time.monotonic(), 0
    while (moment := time.monotonic()) < end:
        claimed, after = claiming.claim(deliverer.rooms(), after)
        unsent = send(deliverer, claimed)
        results = deliverer.answered(0.0 if after else PAUSE)
        if results or unsent:
            recording.record([*results, *unsent])
        if claimed or results or deliverer.under_way:
            busy = moment
        elif moment - busy >= idle_seconds and not after:
            return False
    return True


def send(deliverer: Deliverer, claimed: Sequence[Claimed]) -> list[Result]:
    """Send what was claimed; returns what came of those that cannot be sent."""
    if not claimed:
        return []
    try:
        return _send(deliverer, claimed)
    except SQLAlchemyError:
        raise
    except Exception:
        if len(claimed) > 1:  # find the one that cannot be written, and send the others
            return [result for each in claimed for result in send(deliverer, [each])]
        log.exception("webhook.failed")
        return [Result(claimed[0], BROKEN, now())]


def _send(deliverer: Deliverer, claimed: Sequence[Claimed]) -> list[Result]:
    calls = [each for each in claimed if each.endpoint.kind == EndpointKind.REPORTS]
    told = [each for each in claimed if each.endpoint.kind == EndpointKind.WEBHOOK]
    requests = _calls(calls) | _events(told)
    deliverer.start([(each, requests[each.id]) for each in claimed if each.id in requests])
    return [
        Result(each, DROPPED if each.endpoint.keys else NO_SECRET, now())
        for each in claimed
        if each.id not in requests
    ]


def _calls(claimed: Sequence[Claimed]) -> dict[int, Request]:
    if not claimed:
        return {}
    return {number: Request(url) for number, url in report_calls.addresses(claimed).items()}


def _events(claimed: Sequence[Claimed]) -> dict[int, Request]:
    """The signed events, by the id of the delivery."""
    bodies = webhook_events.bodies(claimed)
    names = event_ids.encode([each.id for each in claimed])
    moment = int(time.time())
    return {
        each.id: Request(
            each.endpoint.url,
            signing.headers(each.endpoint.keys, name, moment, bodies[each.id]),
            bodies[each.id],
        )
        for each, name in zip(claimed, names, strict=True)
        if each.id in bodies and each.endpoint.keys
    }
