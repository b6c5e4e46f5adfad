"""Queues: a job tells a worker that there is work. The rows are the truth, a job may be lost."""

from redis import ConnectionPool, Redis, RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from promosms import logs
from promosms.settings import settings

log = logs.get(__name__)
_pools: dict[str, ConnectionPool] = {}


def connection() -> Redis:
    """The Redis of the installation; short time-outs, so that a page never hangs on it."""
    url = settings.redis_url
    if url not in _pools:
        _pools[url] = ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=5)
    return Redis(connection_pool=_pools[url])


def queue(name: str) -> Queue:
    """A queue by name."""
    return Queue(name, connection=connection(), serializer=JSONSerializer)


def wake(name: str, job: str, *ids: int) -> bool:
    """Enqueue `job` ("send.run") on a queue; False when Redis cannot be reached.

    Jobs carry ids only and find their work in the database. Where all jobs of a queue do the
    same, few waiting ones are enough: one that has not started will see what was committed.
    """
    waiting = queue(name)
    try:
        for _ in range(_wanted(waiting, f"promosms.jobs.{job}", ids)):
            waiting.enqueue_call(
                f"promosms.jobs.{job}",
                args=ids,
                timeout=120,
                result_ttl=0,
                failure_ttl=86_400,
                description=job,
            )
        return True
    except RedisError:
        log.warning("queue.unreachable", extra={"queue": name})
        return False


def others_wait(name: str) -> bool:
    """Do jobs wait in a queue? Asked by one that could go on."""
    try:
        return len(queue(name)) > 0
    except RedisError:
        return False


def _wanted(waiting: Queue, job: str, ids: tuple[int, ...]) -> int:
    """How many jobs to enqueue: one for each worker that may be idle, and one that is ahead.

    The several workers of a gateway listen to the same queue. On the queue that all accounts
    share each campaign and each import waits once, or those that enqueue most would get most.
    """
    if waiting.name == "work":
        there = any((one.func_name, tuple(one.args)) == (job, ids) for one in waiting.get_jobs())
        return 0 if there else 1
    waits = len(waiting)
    listening = max(1, Worker.count(queue=waiting))
    return max(1, listening - waits) if waits <= listening else 0


def gateway_queue(gateway_id: int) -> str:
    """The queue of a gateway's workers."""
    return f"gateway-{gateway_id}"
