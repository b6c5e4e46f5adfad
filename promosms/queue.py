"""Queues: a job wakes a worker. The work itself is in the database, so a job may be lost."""

import time

from redis import ConnectionPool, Redis, RedisError
from redis import TimeoutError as RedisTimeout
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from promosms import logs
from promosms.settings import settings, store_options

log = logs.get(__name__)
_pools: dict[str, ConnectionPool] = {}
# A Redis that does not even refuse is left alone for so long: the tick would wait for it at each
# of its jobs. What is not enqueued now is enqueued by a later tick.
SILENT_SECONDS = 5.0
_silent_until: dict[str, float] = {}


def connection() -> Redis:
    """The Redis of the installation; short time-outs, so that a page never waits long for it."""
    url, silence = settings.redis_url, settings.store_silence_seconds
    if url not in _pools:
        options = store_options.redis(settings, connect=1, answer=min(5, silence))
        _pools[url] = ConnectionPool.from_url(url, **options)
    return Redis(connection_pool=_pools[url])


def queue(name: str) -> Queue:
    """A queue by name."""
    return Queue(name, connection=connection(), serializer=JSONSerializer)


def wake(name: str, job: str, *ids: int) -> bool:
    """Enqueue `job` ("send.run") on a queue; False when Redis cannot be reached.

    Jobs contain ids only and find their work in the database. In a queue whose jobs all do the
    same, a few waiting jobs are enough: a job that starts later sees everything committed before.
    """
    jobs, url = queue(name), settings.redis_url
    if time.monotonic() < _silent_until.get(url, 0.0):
        return False
    try:
        for _ in range(_wanted(jobs, f"promosms.jobs.{job}", ids)):
            jobs.enqueue_call(
                f"promosms.jobs.{job}",
                args=ids,
                timeout=120,
                result_ttl=0,
                failure_ttl=86_400,
                description=job,
            )
        return True
    except RedisError as error:
        if isinstance(error, RedisTimeout):
            _silent_until[url] = time.monotonic() + SILENT_SECONDS
        log.warning("queue.unreachable", exc_info=True, extra={"queue": name})
        return False


def others_wait(name: str) -> bool:
    """Do other jobs wait in this queue? A running job asks this to end its time slice early."""
    try:
        return len(queue(name)) > 0
    except RedisError:
        return False


def _wanted(jobs: Queue, job: str, ids: tuple[int, ...]) -> int:
    """The number of jobs to enqueue: one for each worker that may be idle, and at least one more.

    All workers of a gateway share one queue. In the queue that all accounts share, the same job
    waits only once: otherwise accounts that enqueue more would get more of the workers' time.
    """
    if jobs.name == "work":
        queued = any((item.func_name, tuple(item.args)) == (job, ids) for item in jobs.get_jobs())
        return 0 if queued else 1
    length = len(jobs)
    workers = max(1, Worker.count(queue=jobs))
    return max(1, workers - length) if length <= workers else 0


def gateway_queue(gateway_id: int) -> str:
    """The queue of a gateway's workers."""
    return f"gateway-{gateway_id}"
